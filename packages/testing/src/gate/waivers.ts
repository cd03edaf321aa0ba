import { CcbError } from "@ccb/core";
import type { GateFinding } from "./gate-finding.ts";
import { gateRules } from "./gate-finding.ts";

/** The file in a project's top folder in which people sign for findings. */
export const waiverFile = "gate-waivers.json";

/** A person's signature under one finding. It lapses when the code under it changes, or on its day. */
export interface Waiver {
  path: string;
  /** A rule of the gate, or "secrets". */
  rule: string;
  /** Of a finding; for "secrets" the fingerprint of the secret. */
  codeHash: string;
  /** Who signs: a name or an address. */
  signedBy: string;
  /** Why the code may stay, at least ten characters. */
  reason: string;
  /** The first day on which it no longer counts, "2027-01-31". */
  until?: string;
}

/** What a waiver can name. */
export type Waivable = Pick<GateFinding, "path" | "codeHash"> & { rule: string };

export interface WaiverOutcome<T extends Waivable = GateFinding> {
  /** What is left. */
  findings: T[];
  waived: { finding: T; waiver: Waiver }[];
  /** Waivers that met no finding: the code changed, or is gone, or their day has come. */
  lapsed: Waiver[];
}

/**
 * Reads the text of a waiver file: `{ "waivers": [{ path, rule, codeHash, signedBy, reason, until? }] }`. Throws a CcbError `bad-input` that says which entry is wrong, for a
 * half-read list would waive other things than its author meant.
 */
export function parseWaivers(text: string): Waiver[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse("it is not JSON", cause);
  }
  const entries = isRecord(value) ? value.waivers : undefined;
  if (!Array.isArray(entries)) throw refuse('it must be {"waivers": […]}');
  return entries.map(parseWaiver);
}

function parseWaiver(value: unknown, index: number): Waiver {
  const entry = isRecord(value) ? value : {};
  const read = (name: string, form: RegExp, what: string): string => {
    const held = entry[name];
    if (typeof held === "string" && form.test(held.trim())) return held.trim();
    throw refuse(`entry ${index + 1}: ${name} must be ${what}; received ${JSON.stringify(held)}`);
  };
  const rule = read("rule", /^[a-z-]+$/, `one of ${gateRules.join(", ")}`);
  if (rule !== "secrets" && !gateRules.some((known) => known === rule))
    throw refuse(`entry ${index + 1}: there is no rule ${rule}; the rules are ${gateRules.join(", ")}`);
  return {
    path: read("path", /\S/, "a path in the project"),
    rule,
    codeHash: read("codeHash", /^[0-9a-f]{16}$/, "the 16 digits that the gate printed"),
    signedBy: read("signedBy", /\S{2,}/, "the name of a person"),
    reason: read("reason", /^[\s\S]{10,}$/, "a reason of at least ten characters"),
    ...(entry.until === undefined ? {} : { until: read("until", /^\d{4}-\d{2}-\d{2}$/, "a day such as 2027-01-31") }),
  };
}

/** Takes out the findings that a person has signed for. `today` is a day such as "2026-11-28". Pure. */
export function applyWaivers<T extends Waivable>(
  findings: readonly T[],
  { waivers, today }: { waivers: readonly Waiver[]; today: string },
): WaiverOutcome<T> {
  const valid = waivers.filter(({ until }) => until === undefined || today < until);
  const waived: WaiverOutcome<T>["waived"] = [];
  const left = findings.filter((finding) => {
    const waiver = valid.find(
      ({ path, rule, codeHash }) => path === finding.path && rule === finding.rule && codeHash === finding.codeHash,
    );
    if (waiver !== undefined) waived.push({ finding, waiver });
    return waiver === undefined;
  });
  const used = new Set(waived.map(({ waiver }) => waiver));
  return { findings: left, waived, lapsed: waivers.filter((waiver) => !used.has(waiver)) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuse(problem: string, cause?: unknown): CcbError {
  return new CcbError({
    code: "bad-input",
    message: `${waiverFile} cannot be used: ${problem}.`,
    hint: "See the README of @ccb/testing for the format; nothing is waived until the file is right.",
    ...(cause === undefined ? {} : { cause }),
  });
}

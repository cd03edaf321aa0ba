import {
  CcbError,
  type Check,
  type Clock,
  type Evidence,
  type Observation,
  redactSecrets,
  systemClock,
} from "@ccb/core";
import { sealEvidence } from "../evidence/seal-evidence.ts";
import { failedObservation } from "./_look.ts";
import { findCheckKind } from "./built-in-kinds.ts";
import type { AnyCheckKind, CheckPlace, Look } from "./check-kind.ts";

export interface RunCheckOptions extends CheckPlace {
  criterionId: string;
  phaseId: string;
  check: Check;
  /** The commit that is checked. */
  commit?: string | undefined;
  /** Names of the services of the test environment that run beside, for the evidence. */
  services?: readonly string[] | undefined;
  clock?: Clock | undefined;
}

/**
 * Runs one acceptance check and returns what it saw; the only maker of evidence.
 *
 * A check that fails, and one that cannot be run (a folder that is not there, a wrong regular expression, a service that does not start), is evidence that did not
 * pass. Rejects only with the signal's reason when aborted, since then nothing has been shown either way; nothing that the check started is left running.
 */
export async function runCheck(options: RunCheckOptions): Promise<Evidence> {
  const { criterionId, phaseId, check, commit, signal, clock = systemClock } = options;
  signal?.throwIfAborted();
  const startedAt = clock.now().toISOString();
  const startedMs = clock.monotonicMs();
  const { name, version, look } = await lookAt(check, options);
  const observations = look.observations.map((observation) => ({
    ...observation,
    received: redactSecrets(observation.received),
  }));
  const passed = observations.length > 0 && observations.every((observation) => observation.passed);
  return sealEvidence({
    criterionId,
    phaseId,
    checkKind: name,
    checkVersion: version,
    check,
    place: {
      sandbox: options.sandbox?.description ?? "none",
      services: [...(options.services ?? [])],
      platform: process.platform,
      node: process.version,
    },
    passed,
    summary: renderSummary(observations),
    observations,
    startedAt,
    durationMs: Math.round(clock.monotonicMs() - startedMs),
    commit,
    output: redactSecrets(look.output),
  });
}

interface Seen {
  name: string;
  version: number;
  look: Look;
}

async function lookAt(check: Check, place: CheckPlace): Promise<Seen> {
  const found = findCheckKind(check, place.kinds);
  if (!found) {
    const name = check.kind === "custom" ? check.use : check.kind;
    const known = (place.kinds ?? []).map((kind) => kind.name).join(", ") || "none";
    return {
      name: `custom:${name}`,
      version: 0,
      look: unrunnable(`no kind ${JSON.stringify(name)} was added (added: ${known})`),
    };
  }
  const { kind, input, name } = found;
  const { version } = kind;
  try {
    return { name, version, look: await kind.run(check.kind === "custom" ? parseInput(kind, input) : input, place) };
  } catch (error) {
    place.signal?.throwIfAborted();
    if (!CcbError.isInstance(error)) throw error;
    const output = typeof error.details.output === "string" ? error.details.output : "";
    return { name, version, look: unrunnable(error.message, output) };
  }
}

function parseInput(kind: AnyCheckKind, input: unknown): unknown {
  try {
    return kind.parse(input);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new CcbError({ code: "bad-input", message: `its input is not what "${kind.name}" takes: ${problem}`, cause });
  }
}

function unrunnable(why: string, output = ""): Look {
  return { observations: [failedObservation("the check", "can be run", why)], output };
}

/** One line: the first thing that was not as expected, or the first that was. */
function renderSummary(observations: readonly Observation[]): string {
  const failed = observations.filter((observation) => !observation.passed);
  const first = failed[0] ?? observations[0];
  if (!first) return "Nothing was looked at.";
  const others = failed.length > 0 ? failed.length - 1 : observations.length - 1;
  const line =
    failed.length > 0
      ? `${first.what}: expected ${first.expected}, received ${first.received}`
      : `${first.what}: ${first.received}, as expected`;
  const more =
    others === 0 ? "" : failed.length > 0 ? ` (and ${others} more not as expected)` : ` (and ${others} more)`;
  return `${line}${more}`.replaceAll(/\s+/g, " ").trim();
}

import type { Analysis } from "@ccb/core";
import { plural } from "./find-components.ts";
import type { SpecReading } from "./read-spec.ts";

type Risk = Analysis["risks"][number];

interface RiskRule {
  applies: (spec: SpecReading) => string | undefined;
  severity: Risk["severity"];
  mitigation: string;
}

const rules: RiskRule[] = [
  {
    applies: (spec) => mentions(spec, /\b(?:payments?|credit cards?|iban|invoices? paid|billing)\b/i, "handles money"),
    severity: "high",
    mitigation:
      "Use integers for amounts, make every booking repeatable without effect, and test refunds and failures.",
  },
  {
    applies: (spec) =>
      mentions(
        spec,
        /\b(?:patients?|medical|health (?:data|records?)|personal data|gdpr|hipaa|passport|date of birth)\b/i,
        "holds personal data",
      ),
    severity: "high",
    mitigation:
      "Decide retention, access and deletion before the first record is stored; keep personal data out of logs.",
  },
  {
    applies: (spec) =>
      mentions(spec, /\b(?:passwords?|credentials?|secrets?|private keys?|api keys?)\b/i, "handles credentials"),
    severity: "high",
    mitigation: "Hash or encrypt them, compare in constant time, never log them, and test refused access.",
  },
  {
    applies: (spec) =>
      mentions(spec, /\b(?:migrat\w+|legacy|backwards?.compatib\w+|import existing)\b/i, "touches existing data"),
    severity: "high",
    mitigation: "Rehearse the migration on a copy, count rows before and after, and keep a way back.",
  },
  {
    applies: (spec) =>
      mentions(
        spec,
        /\b(?:concurren\w+|simultaneous\w*|real.?time|race conditions?|locking|at the same time)\b/i,
        "has concurrent access",
      ),
    severity: "medium",
    mitigation: "Write down what happens when two requests meet, and test it with parallel requests.",
  },
  {
    applies: (spec) => kindCount(spec, "integration", "on other systems"),
    severity: "medium",
    mitigation: "Put each system behind a small interface; test time-outs, refusals and malformed answers.",
  },
  {
    applies: (spec) => kindCount(spec, "performance", "on speed or load"),
    severity: "medium",
    mitigation: "Measure from the first phase on, with the load the specification names.",
  },
  {
    applies: (spec) =>
      spec.requirements.length > 150 ? `The specification has ${spec.requirements.length} requirements.` : undefined,
    severity: "medium",
    mitigation: "Build in phases, accept each phase on its own, and plan the next with what was learned.",
  },
  {
    applies: (spec) =>
      spec.requirements.length === 0
        ? "No testable statement was found, so nothing can be accepted against the specification."
        : undefined,
    severity: "high",
    mitigation: "Rewrite what is wanted as statements that can be checked: who, does what, under which condition.",
  },
  {
    applies: (spec) =>
      spec.complete ? undefined : "Only a part of the specification was looked at for this analysis.",
    severity: "low",
    mitigation: "The analyses of all parts are put together; read them side by side.",
  },
];

/** Risks by rule: each names what in the specification speaks for it. */
export function findRisks(spec: SpecReading): Risk[] {
  return rules.flatMap(({ applies, severity, mitigation }) => {
    const description = applies(spec);
    return description === undefined ? [] : [{ description, severity, mitigation }];
  });
}

function mentions(spec: SpecReading, words: RegExp, what: string): string | undefined {
  const match = words.exec(spec.text);
  if (!match) return undefined;
  const line = spec.text.slice(0, match.index).split("\n").length;
  return `The product ${what} ("${match[0]}", ${spec.complete ? "line" : "line of this part"} ${line}).`;
}

function kindCount(spec: SpecReading, kind: string, what: string): string | undefined {
  const found = spec.requirements.filter((requirement) => requirement.kind === kind);
  const first = found[0];
  if (!first) return undefined;
  return `${plural(found.length, "requirement")} ${found.length === 1 ? "depends" : "depend"} ${what}, for example ${first.id}: "${first.text.slice(0, 120)}".`;
}

import { lintSpec } from "@ccb/context";
import { isBuildable } from "../plan/service-parts.ts";
import type { ServiceModel } from "../service/index.ts";
import { plural } from "./find-components.ts";
import { findContradictions } from "./find-contradictions.ts";
import type { SpecReading } from "./read-spec.ts";

const most = 15;

/** What somebody has to decide, by rule: undecided places, contradictions, vague words, unknown terms, and usual topics that are missing. */
export function findOpenQuestions(spec: SpecReading, service: ServiceModel): string[] {
  const questions = [
    ...undecidedPlaces(spec),
    ...findContradictions(spec.requirements),
    ...(isBuildable(service) ? unfoundReferences(service) : []),
    ...missingTopics(spec),
    ...vagueWords(spec),
    ...unknownTerms(spec),
  ];
  return [...new Set(questions)].slice(0, most);
}

function undecidedPlaces(spec: SpecReading): string[] {
  const marks = /\b(?:T(?:BD|BC|ODO)|to be (?:decided|determined|defined|confirmed)|undecided|open question)\b|\?{2,}/i;
  return spec.text
    .split("\n")
    .flatMap((line, index) =>
      marks.test(line) ? [`Line ${index + 1} is undecided: "${line.trim().slice(0, 120)}". What is it to be?`] : [],
    )
    .slice(0, 4);
}

/** Statements of a service that the generator understood and found wanting. */
function unfoundReferences(service: ServiceModel): string[] {
  return service.unsupported
    .slice(0, 4)
    .map(
      ({ text, line, reason }) =>
        `Line ${line}, "${text.slice(0, 100)}": ${reason.replace(/[.]$/, "")}. How else could it be met?`,
    );
}

interface Topic {
  asked: RegExp | undefined;
  answered: RegExp;
  question: string;
}

const http = /\b(?:endpoints?|rest|http|api)\b/i;

const topics: Topic[] = [
  {
    asked: undefined,
    answered: /\b(?:errors?|fail(?:s|ed|ure)?|invalid|exceptions?|status code|40\d|422|fehler|erreurs?|errores)\b/i,
    question: "How are errors handled and reported? The specification does not say.",
  },
  {
    asked: http,
    answered: /\b(?:auth\w*|tokens?|api.?keys?|login|sign.?in|password|public|anonymous|permissions?|roles?)\b/i,
    question: "Who may use the interface, and how do they prove it? No authentication or permission is named.",
  },
  {
    asked: /\b(?:stor(?:e|ed|es|age)|records?|entit(?:y|ies)|data model|database|sav(?:e|ed))\b/i,
    answered: /\b(?:delet\w+|retention|archiv\w+|purg\w+|expir\w+)\b/i,
    question: "How long is data kept, and may it be deleted? Nothing is said about it.",
  },
  {
    asked: /\b(?:list(?:s|ed)? (?:of )?(?:all )?\w+|GET \/\w+|search results?)\b/i,
    answered: /\b(?:paginat\w+|pages?|limit|offset|cursor|at most \d+)\b/i,
    question: "How long may a list get, and how is it cut into pages? No limit is named.",
  },
  {
    asked: undefined,
    answered:
      /\b(?:within|latency|per second|concurrent|response times?|throughput|\d+ ?ms|load|performance|users at)\b/i,
    question: "How many users and how much data must it stand, and how fast must it answer? No figure is named.",
  },
  {
    asked: undefined,
    answered: /\b(?:deploy\w*|install\w*|docker|environment variables?|hosting|runs? on|npm start|started|port)\b/i,
    question: "Where does it run, and how is it installed and configured?",
  },
  {
    asked: /\b(?:users?|customers?|members?)\b/i,
    answered: /\b(?:roles?|admins?|owner|permissions?|only (?:the|its)|may (?:only|not)|access)\b/i,
    question: "May every user see and change everything? No roles or owners are named.",
  },
];

function missingTopics(spec: SpecReading): string[] {
  if (!spec.complete || spec.text.trim() === "") return [];
  return topics
    .filter(({ asked, answered }) => (asked?.test(spec.text) ?? true) && !answered.test(spec.text))
    .map(({ question }) => question);
}

function vagueWords(spec: SpecReading): string[] {
  const vague = lintSpec(spec.text, { rules: ["ambiguous-word"] });
  return vague.slice(0, 4).map(({ message, span, requirementId }) => {
    const word = /"([^"]+)"/.exec(message)?.[1] ?? "";
    const place = spec.complete ? `line ${span.startLine}` : (requirementId ?? "this part");
    return `What exactly does "${word}" mean in ${place}? Give a figure or a rule that can be checked.`;
  });
}

const knownTerms = new Set(
  (
    "API HTTP HTTPS REST JSON XML YAML CSV HTML CSS SQL URL URI UUID ID CRUD CLI UI UX TLS SSL SSH JWT GET POST PUT PATCH DELETE HEAD OPTIONS " +
    "MUST SHOULD MAY NOT SHALL UTC ISO RFC PDF PNG JPEG JPG SVG README MIT ASCII UTF TCP UDP IP DNS CPU RAM GB MB KB OK AND OR IF THE TRUE FALSE NULL US EU USA AWS GCP " +
    "SDK IDE OS PR CI CD QA TODO TBD TBC PRD SRS FR NFR AC US UC AI EUR USD GDPR SMTP FTP CORS CSRF XSS OAUTH SSO MFA LDAP SAML ORM DB NOTE ALL ANY NO YES PORT DATABASE FILE"
  ).split(" "),
);

/** Abbreviations that stand in the text and are explained nowhere. */
function unknownTerms(spec: SpecReading): string[] {
  const counts = new Map<string, number>();
  const prose = spec.text.replace(/```[\s\S]*?```|`[^`\n]*`/g, " ");
  for (const [term] of prose.matchAll(/(?<![\w$/{-])[A-Z]{2,6}(?![\w-]|\()/g))
    counts.set(term, (counts.get(term) ?? 0) + 1);
  const unknown = [...counts].filter(([term]) => !knownTerms.has(term) && !isExplained(spec.text, term));
  const often = unknown.sort((left, right) => right[1] - left[1]).slice(0, 3);
  return often.map(
    ([term, count]) => `What does "${term}" stand for? It is used ${plural(count, "time")} and explained nowhere.`,
  );
}

function isExplained(text: string, term: string): boolean {
  return (
    text.includes(`(${term})`) ||
    new RegExp(`\\b${term}\\b\\W{0,4}(?:\\(|stands for|means|is (?:a|an|the)\\b|[:–—=] )`).test(text)
  );
}

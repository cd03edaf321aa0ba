import type { Waiver } from "@ccb/core";
import type { PromptRequirement } from "../request/read-prompt.ts";

/** Statements about people, money and law, which no coding session can fulfil; each with what it is about. */
const outside: [pattern: RegExp, what: string][] = [
  [
    /\b(?:team|staff|developers?|engineers?|employees?|managers?) (?:must|shall|should|will|has to|have to|needs? to) (?:be )?(?:meet|met|trained|hired|attend|review weekly|report)/i,
    "how people work together",
  ],
  [/\b(?:hire|recruit|onboard) (?:a|an|two|three|new|\d+) \w+/i, "hiring"],
  [/\b(?:marketing|advertis\w+|press release|social media) (?:campaign|plan|material|must|shall|should)/i, "marketing"],
  [
    /\b(?:budget|cost of the project|funding) (?:must|shall|should|will|is) (?:not exceed|be approved|be|at most)\b/i,
    "the project's money",
  ],
  [
    /\b(?:contract|licen[cs]e agreement|legal department|lawyers?|board) (?:must|shall|should|will|has to) (?:be )?(?:sign\w*|approv\w*|review\w*)/i,
    "a legal decision",
  ],
  [
    /\b(?:training (?:course|session|workshop)s?|workshops?) (?:must|shall|should|will) be (?:held|given|offered)/i,
    "training of people",
  ],
];

/** Requirements that cannot be a software task, with the reason; everything else is covered. */
export function findWaivers(requirements: readonly PromptRequirement[]): Waiver[] {
  return requirements.flatMap(({ id, text }) => {
    const what = outside.find(([pattern]) => pattern.test(text))?.[1];
    return what === undefined
      ? []
      : [
          {
            requirementId: id,
            reason: `No coding session can fulfil this: it is about ${what}, not about the product.`,
          },
        ];
  });
}

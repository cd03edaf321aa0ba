import { isDemand } from "../rules/unsupported.ts";
import { unexplainedWords } from "../rules/vocabulary.ts";
import type { StatementModel } from "../service-model.ts";
import type { ServiceDraft } from "./draft.ts";
import type { Statement } from "./read-statements.ts";

/** Says of every statement what it became, and lists those that ask for something no rule builds. */
export function judgeStatements(draft: ServiceDraft): void {
  for (const statement of draft.sentences) {
    const reason = statement.reason ?? judge(statement, draft);
    const { text, span, headingPath } = statement;
    const parts = [...new Set(statement.parts)];
    const model: StatementModel = {
      text,
      span,
      headingPath,
      parts: reason === undefined ? parts : [],
      ...(reason === undefined ? {} : { reason }),
    };
    draft.statements.push(model);
    if (reason !== undefined && !statement.outOfScope) draft.unsupported.push({ text, line: span.startLine, reason });
  }
}

function judge(statement: Statement, draft: ServiceDraft): string | undefined {
  if (statement.claimed) return undefined;
  if (statement.outOfScope) return "the spec leaves it out";
  const refusal = draft.refusals.get(statement);
  if (refusal !== undefined) return refusal;
  if (statement.parts.length > 0) return unexplained(statement, draft);
  return isDemand(statement.plain) && !statement.plain.endsWith(":")
    ? "no rule of the offline dialect covers it"
    : undefined;
}

/** A sentence with words that no rule knows is not taken for understood. */
function unexplained(statement: Statement, draft: ServiceDraft): string | undefined {
  const words = unexplainedWords(draft, statement.raw);
  if (words.length <= statement.tolerance || !isDemand(statement.plain)) return undefined;
  return `no rule of the offline dialect covers ${words
    .slice(0, 4)
    .map((word) => `"${word}"`)
    .join(", ")}`;
}

import type { FileFacts, FunctionFact } from "./_facts.ts";
import { makeFinding } from "./_make-finding.ts";
import { findAdmissions } from "./_rule-words.ts";
import { closest, findKinds, lineOf, type SyntaxNode, spanOf } from "./_syntax.ts";
import type { GateFinding } from "./gate-finding.ts";

const notThere =
  /\bnot (?:yet )?(?:been )?(?:implemented|available yet|supported yet)\b|\bunimplemented\b|\bcoming soon\b|\b(?:todo|fixme)\b/i;
const emptyOnPurpose =
  /^(?:on[A-Z_]|ng[A-Z]|component|before|after|set_?up|tear_?down|init|dispose|close|destroy|flush|log|debug|trace|info|warn|error|no_?op|ignore|visit|leave|enter|exit|do_?nothing|_?noop)/i;
const emptyOwner =
  /^(?:Null|No[A-Z]|Noop|Silent|Empty|Void|Blackhole|Disabled|Base|Abstract)|(?:Base|Mixin|Interface)$/;

/** Functions and answers that are not there yet; classes that others extend may leave their methods to those. */
export function findStubs(file: FileFacts, extended: ReadonlySet<string>): GateFinding[] {
  if (file.isTest) return [];
  const findings = [
    ...findNotImplemented(file, extended),
    ...file.functions
      .filter((entry) => isEmpty(entry, file, extended))
      .map((entry) => [entry.node, `${entry.name} has no body`] as const),
    ...findSpoken(file),
    ...findBlindAnswers(file, extended),
  ].map(([node, reason]) =>
    makeFinding({ rule: "stub", path: file.path, line: lineOf(node), reason, code: node.text() }),
  );
  return [...findings, ...findAdmissions(file)];
}

function isLeftToOthers({ owner, isAbstract, name }: FunctionFact, extended: ReadonlySet<string>): boolean {
  if (isAbstract || /^__\w+__$/.test(name)) return true;
  return owner !== undefined && (owner.isAbstract || extended.has(owner.name) || emptyOwner.test(owner.name));
}

function findNotImplemented(file: FileFacts, extended: ReadonlySet<string>): (readonly [SyntaxNode, string])[] {
  const kind = file.language === "python" ? "raise_statement" : "throw_statement";
  return findKinds(file.root, kind).flatMap((node) => {
    const text = node.text();
    const { start, end } = spanOf(node);
    const holder = file.functions.findLast((entry) => entry.start <= start && entry.end >= end);
    const isWhole = holder?.statements.length === 1 && holder.statements[0]?.id() === node.id();
    const isBare = isWhole && /^raise NotImplementedError\b/.test(text);
    if (!isBare && (!notThere.test(text) || /must implement/i.test(text))) return [];
    if (holder !== undefined && isLeftToOthers(holder, extended)) return [];
    return [[node, `${holder?.name || "the code"} is not implemented`] as const];
  });
}

function isEmpty(entry: FunctionFact, file: FileFacts, extended: ReadonlySet<string>): boolean {
  const { body, statements, name, kind, node, decorators, owner } = entry;
  if (body === undefined || name === "" || kind === "inline" || name === "constructor") return false;
  const isNothing = statements.every((statement) => /^(?:pass|\.\.\.|;|return;?)$/.test(statement.text().trim()));
  if (!isNothing || (file.language === "javascript" && body.kind() !== "statement_block")) return false;
  if (isLeftToOthers(entry, extended) || emptyOnPurpose.test(name) || decorators.length > 0) return false;
  if (owner?.bases.some((base) => /Error|Exception|Protocol|TypedDict/.test(base)) === true) return false;
  // A short function that is only handed on, such as `const noop = () => {}`.
  if (node.kind() === "arrow_function" && !node.text().startsWith("async") && entry.parameters.length === 0)
    return false;
  if (file.path.endsWith(".pyi") || closest(node, "except_clause", "else_clause", "if_statement") !== undefined)
    return false;
  // A sentence that says why nothing is to be done here; one that puts the work off is found by its wording.
  return !/(?:#|\/\/|\/\*)\s*(?:\S+\s+){3,}\S|nothing|no-op|on purpose|intention/i.test(body.text());
}

/** Texts that tell the caller the feature is missing. A table of status texts may hold "Not Implemented". */
const spoken = /\bnot (?:yet )?implemented\b|\bcoming soon\b/i;
const pretended =
  /\bwould (?:now )?(?:send|call|charge|delete|post|e-?mail|notify|save|publish|upload|write)\b|\bpretend/i;

/** `canEdit(user) { return true; }`: a question that is answered without looking. */
function findBlindAnswers(file: FileFacts, extended: ReadonlySet<string>): (readonly [SyntaxNode, string])[] {
  return file.functions.flatMap((entry) => {
    const { name, parameters, statements, node } = entry;
    const asked = parameters.filter((parameter) => parameter !== "self" && parameter !== "cls");
    const isQuestion = /^(?:can|is|has|may|verify|validate|check|authori[sz]e|authenticate|allow)(?:[A-Z_]|$)/.test(
      name,
    );
    const isYes = statements.length === 1 && /^return (?:true|True);?$/.test(statements[0]?.text() ?? "");
    if (!isQuestion || asked.length === 0 || !isYes || isLeftToOthers(entry, extended)) return [];
    return [[node, `${name} says yes without looking`] as const];
  });
}

function findSpoken(file: FileFacts): (readonly [SyntaxNode, string])[] {
  return findKinds(file.root, ...(file.language === "python" ? ["string"] : ["string", "template_string"])).flatMap(
    (node) => {
      const isDryRun = /\bdry/i.test(file.path) || /\bdry/i.test(closest(node, "if_statement")?.text() ?? node.text());
      if (!spoken.test(node.text()) && (isDryRun || !pretended.test(node.text()))) return [];
      if (closest(node, "throw_statement", "raise_statement") !== undefined) return [];
      const call = closest(node, "call_expression", "call", "return_statement");
      if (call === undefined || /^["']Not Implemented["']$/.test(node.text())) return [];
      return [[call, "the answer says that it is not implemented"] as const];
    },
  );
}

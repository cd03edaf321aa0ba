import type { FileFacts, HandlerFact } from "./_facts.ts";
import { makeFinding } from "./_make-finding.ts";
import { findKinds, lineOf, type SyntaxNode, within } from "./_syntax.ts";
import type { GateFinding } from "./gate-finding.ts";

/** Calls whose failure is an answer: parsing, and looking whether something is there. */
const probes =
  /^(?:JSON\.parse|URL|RegExp|Date|BigInt|Number|Intl\.\w+|decodeURI\w*|encodeURI\w*|atob|btoa|structuredClone|(?:\w+\.)*(?:readFile|readFileSync|stat|statSync|lstat|lstatSync|access|accessSync|exists|existsSync|readlink|readlinkSync|realpath|realpathSync|readdir|readdirSync|resolve|require|import|kill|parse|toString|trim|slice|split|join|isInteger|from|test|exec|match)|require|import|int|float|Decimal|str|bool|len|open|json\.loads|ast\.literal_eval|(?:\w+\.)*(?:fromisoformat|strptime|read|read_text|loads|strip|split|decode|encode|lower|is_file|exists)|(?:ipaddress|uuid)\.\w+|UUID|importlib\.\w+)$/;
/** Calls that clean up: what fails there has no better place to be told. */
const cleanups =
  /(?:^|\.)(?:close|closeAll\w*|stop|end|kill|destroy|dispose|unlink|unlinkSync|rm|rmSync|rmdir|rmtree|remove_dir|abort|release|disconnect|terminate|cancel|unsubscribe|removeListener|removeAllListeners|unref|clearTimeout|rollback|shutdown|cleanup|quit|unwatch|logout|detach)$/;

/** Handlers that catch everything and tell nobody, or tell the caller that all went well. */
export function findSwallowedErrors(file: FileFacts): GateFinding[] {
  if (file.isTest) return [];
  return file.handlers.flatMap((handler) => {
    const reason = whySwallowed(handler, file);
    if (reason === undefined) return [];
    const code = handler.node.text();
    return [makeFinding({ rule: "swallowed-error", path: file.path, line: lineOf(handler.node), reason, code })];
  });
}

function whySwallowed(handler: HandlerFact, file: FileFacts): string | undefined {
  if (!handler.isBroad || isHarmless(handler, file)) return undefined;
  if (/^process\.(?:on|once)\(/.test(handler.node.text()) && handler.guarded === undefined) {
    return handler.statements.every(isSilent)
      ? "errors that nobody caught are passed over for the whole process"
      : undefined;
  }
  if (handler.statements.every(isSilent)) {
    const isEmpty = handler.statements.every((statement) => !/return|^[[{("'\d]/.test(statement.text()));
    return isEmpty
      ? "every error is caught and passed over"
      : "every error is caught and answered with a made-up value";
  }
  return handler.statements.some(claimsSuccess) ? "the caller is told of success after an error" : undefined;
}

const constants = new Set(["undefined", "NaN", "Infinity"]);

/** A statement that does nothing with the error: a return of something fixed, `continue`, `pass`. */
function isSilent(statement: SyntaxNode): boolean {
  const kind = String(statement.kind());
  if (/^(?:pass_statement|continue_statement|break_statement|empty_statement)$/.test(kind)) return true;
  if (kind === "expression_statement" && /^(?:\.\.\.|undefined|null|None);?$/.test(statement.text())) return true;
  const isReturn = kind === "return_statement";
  const isValue =
    /^(?:object|array|null|undefined|true|false|string|number|parenthesized_expression|identifier|template_string|unary_expression)$/.test(
      kind,
    );
  return (isReturn || isValue) && isFixed(statement);
}

/** Without a call and without a name: nothing that could carry the error on. */
function isFixed(node: SyntaxNode): boolean {
  const isPython = node.getRoot().root().kind() === "module";
  const calls = findKinds(node, ...(isPython ? ["call"] : ["call_expression", "new_expression"]));
  const kinds = isPython ? ["identifier"] : ["identifier", "shorthand_property_identifier"];
  const names = findKinds(node, ...kinds).filter((name) => !constants.has(name.text()));
  return calls.length === 0 && names.length === 0;
}

function claimsSuccess(statement: SyntaxNode): boolean {
  if (statement.kind() !== "return_statement") return false;
  const text = statement.text();
  return (
    /^return\s+(?:true|True)\b;?$/.test(text) ||
    /["']?\b(?:success|succeeded|ok|sent|saved)["']?\s*:\s*(?:true|True)\b|["']?status["']?\s*:\s*["'](?:ok|success|succeeded)["']/.test(
      text,
    )
  );
}

function isHarmless({ guarded, node }: HandlerFact, file: FileFacts): boolean {
  if (guarded === undefined) return false;
  // A promise turned into a yes or no.
  if (/=>\s*false\s*,?\s*\)$/.test(node.text()) && /=>\s*true\b/.test(node.text())) return true;
  const called = within(file.calls, guarded);
  if (node.kind() === "call_expression" && guarded.kind() === "identifier") return true; // it is awaited elsewhere
  if (called.length === 0)
    return file.language === "python" && findKinds(guarded, "import_statement", "import_from_statement").length > 0;
  const last = called[0];
  if (node.kind() === "call_expression" && last !== undefined)
    return cleanups.test(last.callee) || isProbe(last.callee) || /rollback/i.test(last.node.text());
  const isCleanup =
    called.some(({ callee }) => cleanups.test(callee)) &&
    called.every(
      ({ callee, node: whole }) => cleanups.test(callee) || probes.test(callee) || /rollback/i.test(whole.text()),
    );
  return isCleanup || called.every(({ callee }) => probes.test(callee));
}

/** A promise's `.catch` is harmless where it looks whether a file is there; parsing is not what fails there. */
function isProbe(callee: string): boolean {
  return /(?:^|\.)(?:readFile|stat|lstat|access|readlink|realpath|readdir|json|text)$/.test(callee);
}

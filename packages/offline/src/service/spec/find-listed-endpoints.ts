import type { EndpointMethod, SourceSpan } from "../service-model.ts";
import type { ServiceDraft } from "./draft.ts";
import type { Statement } from "./read-statements.ts";

/** An endpoint as the spec writes it. */
export interface ListedEndpoint {
  method: EndpointMethod;
  path: string;
  description: string;
  public: boolean;
  /** True in a list or table of endpoints, false when a sentence only mentions it. */
  definition: boolean;
  statement?: Statement;
  span?: SourceSpan;
}

const mention =
  /\b((?:GET|POST|PUT|PATCH|DELETE)(?:\s*(?:[,/|]|and|or)\s*(?:GET|POST|PUT|PATCH|DELETE))*)\b`?\**\s*[:|]?\s*`?\s*(?:https?:\/\/[^/\s]+)?(\/[^\s`|,;)?"*]*)/g;
const publicWords =
  /(?:^|[(;:|,]\s*|\bis )public(?:\)|\s*[;|.,]|$)|\bno (?:auth\w*|token|key|credentials?)\b|\bunauthenticated\b|\bwithout (?:a |any )?(?:auth\w*|token|key|credentials?)\b|\b(?:auth\w*|token|protected): (?:no|none|-|–|—)(?:$|;)/i;

/** Finds every endpoint the spec writes down: in tables, list items, code blocks and sentences. */
export function findListedEndpoints(draft: ServiceDraft): ListedEndpoint[] {
  const found: ListedEndpoint[] = [];
  for (const statement of draft.sentences) {
    found.push(...(statement.kind === "row" ? fromRow(statement) : fromSentence(statement)));
  }
  for (const block of draft.blocks) {
    if (block.kind === "heading") found.push(...fromHeading(block.text, block.span));
    if (block.kind === "code" && !/^(?:json|js|ts|javascript|typescript|bash|sh|shell|console)$/.test(block.language)) {
      found.push(...fromCode(block.text, block.span));
    }
  }
  return found.map((endpoint) => ({ ...endpoint, path: completePath(draft.basePath, endpoint.path) }));
}

function completePath(basePath: string, path: string): string {
  const clean = path.replace(/[.:]+$/, "").replace(/(.)\/+$/, "$1");
  if (basePath === "" || clean.startsWith(`${basePath}/`) || clean === basePath) return clean;
  return /^\/(?:health\w*|openapi[.\w]*)$/.test(clean) ? clean : `${basePath}${clean}`;
}

function methodsOf(text: string): EndpointMethod[] {
  return [...text.matchAll(/GET|POST|PUT|PATCH|DELETE/g)].map((match) => match[0] as EndpointMethod);
}

function fromRow(statement: Statement): ListedEndpoint[] {
  const cells = statement.cells.map((cell) => cell.replaceAll(/[`*]/g, "").trim());
  const methodCell = cells.findIndex((cell) =>
    /^(?:GET|POST|PUT|PATCH|DELETE)(?:\s*[,/|]\s*(?:GET|POST|PUT|PATCH|DELETE))*$/.test(cell),
  );
  const pathCell = cells.findIndex((cell) => /^\/[^\s]*$/.test(cell));
  if (methodCell !== -1 && pathCell !== -1) {
    const description = cells.filter((_, index) => index !== methodCell && index !== pathCell).join("; ");
    const path = (cells[pathCell] ?? "").split("?")[0] ?? "";
    return methodsOf(cells[methodCell] ?? "").map((method) =>
      listed(statement, { method, path, description, definition: true }),
    );
  }
  const first = cells.findIndex((cell) => /^(?:GET|POST|PUT|PATCH|DELETE)\b.*\//.test(cell));
  if (first === -1) return fromSentence(statement);
  const description = cells.filter((_, index) => index !== first).join("; ");
  return mentionsOf(cells[first] ?? "").map(({ method, path }) =>
    listed(statement, { method, path, description, definition: true }),
  );
}

function fromSentence(statement: Statement): ListedEndpoint[] {
  const opens = /^[`*]*(?:GET|POST|PUT|PATCH|DELETE)\b/.test(statement.raw);
  const isItem =
    statement.block.kind === "item" &&
    statement.block.text.trimStart().slice(0, 40).replaceAll(/[`*]/g, "").startsWith(statement.plain.slice(0, 8));
  const mentions = mentionsOf(statement.raw);
  const description = statement.plain.replace(/^\S+\s+\S+\s*/, "");
  const alone = mentions.length === 1 && opens && isItem;
  return mentions.map(({ method, path }, index) =>
    listed(statement, {
      method,
      path,
      description: alone || mentions.length === 1 ? description : "",
      definition: opens && isItem && (index === 0 || mentions.length > 1),
    }),
  );
}

function mentionsOf(text: string): { method: EndpointMethod; path: string }[] {
  return [...text.matchAll(mention)].flatMap((match) =>
    methodsOf(match[1] ?? "").map((method) => ({ method, path: match[2] ?? "/" })),
  );
}

function listed(
  statement: Statement,
  endpoint: Pick<ListedEndpoint, "method" | "path" | "description" | "definition">,
): ListedEndpoint {
  return {
    ...endpoint,
    statement,
    span: statement.span,
    public: endpoint.definition && publicWords.test(statement.plain) && !/\bnon-public\b/i.test(statement.plain),
  };
}

function fromHeading(text: string, span: SourceSpan): ListedEndpoint[] {
  return mentionsOf(text).map((endpoint) => ({ ...endpoint, description: "", public: false, definition: true, span }));
}

function fromCode(text: string, span: SourceSpan): ListedEndpoint[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*(GET|POST|PUT|PATCH|DELETE)\s+(\/\S*)(.*)$/.exec(line);
    if (match === null || /HTTP\/\d/.test(line)) return [];
    const path = (match[2] ?? "/").split("?")[0] ?? "/";
    return [
      {
        method: match[1] as EndpointMethod,
        path,
        description: (match[3] ?? "").trim(),
        public: publicWords.test(line),
        definition: true,
        span,
      },
    ];
  });
}

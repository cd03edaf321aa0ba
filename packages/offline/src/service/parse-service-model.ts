import { authRule } from "./rules/auth-rule.ts";
import { filterRule } from "./rules/filter-rule.ts";
import { comparisonRule, deleteRule, timestampRule, uniqueRule } from "./rules/integrity-rules.ts";
import { paginationRule, searchRule, sortRule } from "./rules/list-rules.ts";
import { crudRule, fieldRule, relationRule } from "./rules/mention-rules.ts";
import { platformRule, statusRule } from "./rules/platform-rules.ts";
import { defaultErrorShape, readShapes } from "./rules/shape-rule.ts";
import { frozenRule, initialStateRule, stampRule, transitionRule } from "./rules/state-rules.ts";
import { isOutOfScope, unsupportedReason } from "./rules/unsupported.ts";
import type { ServiceModel } from "./service-model.ts";
import { plainText, splitWords } from "./spec/_names.ts";
import type { SentenceRule, ServiceDraft } from "./spec/draft.ts";
import { finishModel } from "./spec/finish-model.ts";
import { judgeStatements } from "./spec/judge-statements.ts";
import { dropUnfilledFields, markDefinitions } from "./spec/mark-definitions.ts";
import { type Block, parseBlocks } from "./spec/parse-blocks.ts";
import { readEndpoints } from "./spec/read-endpoints.ts";
import { readEntities } from "./spec/read-entities.ts";
import { readStatements, type Statement } from "./spec/read-statements.ts";
import { resolveFields } from "./spec/resolve-fields.ts";

const modelRules: readonly SentenceRule[] = [
  timestampRule,
  authRule,
  transitionRule,
  initialStateRule,
  stampRule,
  frozenRule,
  uniqueRule,
  deleteRule,
  comparisonRule,
  statusRule,
  platformRule,
];
const listRules: readonly SentenceRule[] = [paginationRule, sortRule, searchRule, filterRule];
/** Rules that match a whole construction, not a few words; a sentence they read may hold one word nobody knows. */
const definiteRules = new Set<SentenceRule>([
  timestampRule,
  transitionRule,
  initialStateRule,
  stampRule,
  frozenRule,
  uniqueRule,
  deleteRule,
  comparisonRule,
  ...listRules,
]);
const mentionRules: readonly SentenceRule[] = [crudRule, fieldRule, relationRule];

/**
 * Reads a Markdown spec in the documented dialect and gives the service it describes. Pure. Never fails: what no rule
 * understands is listed in `unsupported`, and a spec without entities gives a service that only answers its health.
 */
export function parseServiceModel(specText: string): ServiceModel {
  const blocks = parseBlocks(specText);
  const statements = readStatements(blocks, specText);
  const entities = readEntities(blocks);
  resolveFields(entities);
  const draft = createDraft(blocks, statements);
  draft.entities = entities.map(({ entity }) => entity);
  markDefinitions(draft, entities);
  readBasePath(draft);
  // Twice, so that a sentence before the one that names the credential counts as well.
  applyRules(draft, [authRule]);
  applyRules(draft, modelRules);
  readEndpoints(draft);
  applyRules(draft, listRules);
  applyRules(draft, mentionRules);
  readShapes(draft);
  dropUnfilledFields(draft);
  finishModel(draft);
  judgeStatements(draft);
  return toModel(draft);
}

/** What is refused must not shape the service either, except for its protection. */
function applyRules(draft: ServiceDraft, rules: readonly SentenceRule[]): void {
  for (const statement of draft.sentences) {
    if (statement.claimed || statement.outOfScope) continue;
    const refused = draft.refusals.has(statement);
    for (const rule of rules) {
      const parts = refused && rule !== authRule ? undefined : rule(statement, draft);
      statement.parts.push(...(parts ?? []));
      if (parts !== undefined && definiteRules.has(rule)) statement.tolerance = Math.max(statement.tolerance, 1);
    }
  }
}

function createDraft(blocks: readonly Block[], statements: Statement[]): ServiceDraft {
  const title = readTitle(blocks);
  return {
    name: splitWords(title).join("-") || "service",
    title,
    entities: [],
    auth: null,
    pagination: {
      style: "page",
      sizeParam: "page_size",
      positionParam: "page",
      defaultSize: 20,
      maxSize: 100,
      overflow: "reject",
    },
    sort: { param: "sort", orderParam: null },
    searchParam: "q",
    status: { validation: 422, transition: 409, unique: 409, reference: 0 },
    errorShape: defaultErrorShape,
    listShape: null,
    errorCodes: {},
    rejectUnknownFields: false,
    bodyLimitBytes: 1_048_576,
    healthPath: "/health",
    openApiPath: "/openapi.json",
    defaultPort: 3000,
    environment: { port: "PORT", databaseFile: "DATABASE_FILE" },
    statements: [],
    unsupported: [],
    blocks,
    sentences: statements,
    basePath: "",
    actionTargets: {},
    defaultSorts: {},
    sortFields: {},
    searchFields: {},
    publicPaths: [],
    refusals: readRefusals(statements),
  };
}

function readRefusals(statements: readonly Statement[]): Map<Statement, string> {
  const refusals = new Map<Statement, string>();
  for (const statement of statements) {
    statement.outOfScope = isOutOfScope(statement.headingPath);
    const reason = unsupportedReason(statement.plain);
    if (reason !== undefined) refusals.set(statement, reason);
  }
  return refusals;
}

function readTitle(blocks: readonly Block[]): string {
  const heading = blocks.find((block) => block.kind === "heading");
  const text = heading?.kind === "heading" ? plainText(heading.text) : "";
  const short = text
    .replace(
      /^(?:(?:software |product |technical |functional |project |service )?(?:requirements?|specification|spec)(?: document)?(?: for)?)\s*[:–—-]\s*/i,
      "",
    )
    .replace(
      /\s*[:–—-]\s*(?:(?:software|product|technical|functional|project|service|api|rest|rest api|backend) )*(?:requirements?|specification|spec)(?: document)?\s*$/i,
      "",
    )
    .replace(/\s+(?:requirements?|specification|spec)(?: document)?\s*$/i, "")
    .replace(/\s+[–—]\s.*$/, "")
    .trim();
  return short === "" ? text || "Service" : short;
}

function readBasePath(draft: ServiceDraft): void {
  for (const statement of draft.sentences) {
    const { raw, plain } = statement;
    if (
      !/\b(?:base (?:path|url)|prefix(?:ed)?|(?:paths?|endpoints?|routes?|urls?) (?:are|is|live|start|begin|sit)\b[^.]*\b(?:under|with|below|at))\b/i.test(
        plain,
      )
    )
      continue;
    const path = /`(?:https?:\/\/[^/`\s]+)?(\/[\w/.-]+?)\/?(?:\*|…|\.\.\.)?`/.exec(raw)?.[1];
    if (path === undefined || /health|openapi/.test(path)) continue;
    draft.basePath = path;
    statement.parts.push("feature:platform");
  }
}

function toModel(draft: ServiceDraft): ServiceModel {
  const {
    blocks,
    sentences,
    basePath,
    actionTargets,
    defaultSorts,
    sortFields,
    searchFields,
    publicPaths,
    refusals,
    ...model
  } = draft;
  return model;
}

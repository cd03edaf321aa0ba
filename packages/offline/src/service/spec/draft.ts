import type { EntityModel, ServiceModel } from "../service-model.ts";
import { singularOf, splitWords } from "./_names.ts";
import type { Block } from "./parse-blocks.ts";
import type { Statement } from "./read-statements.ts";

/** The model while the rules fill it. */
export interface ServiceDraft extends ServiceModel {
  blocks: readonly Block[];
  sentences: Statement[];
  /** Filters asked for in prose, settled when all fields are known. */
  basePath: string;
  /** States that an action word leads to, as far as the spec says so: `complete` to `done`. */
  actionTargets: Record<string, string>;
  /** Default order by entity name; the empty name stands for all entities. */
  defaultSorts: Record<string, string>;
  /** Fields named for sorting and searching, by entity name. */
  sortFields: Record<string, string[]>;
  searchFields: Record<string, string[]>;
  publicPaths: string[];
  /** Why a statement is not built, whatever the rules make of it. */
  refusals: ReadonlyMap<Statement, string>;
}

/** Reads a statement; returns the names of what it asked for and is now in the model, or undefined when the rule does not apply. */
export type SentenceRule = (statement: Statement, draft: ServiceDraft) => string[] | undefined;

/** The entities a text names, in the order of their first mention. */
export function mentionedEntities(draft: Pick<ServiceDraft, "entities">, text: string): EntityModel[] {
  const prose = text.replaceAll(/\S*(?:\w_\w|[a-z][A-Z])\S*/g, " ; ");
  const words = splitWords(prose).map(singularOf);
  const found: { entity: EntityModel; position: number }[] = [];
  for (const entity of draft.entities) {
    const position = positionOf(words, splitWords(entity.name).map(singularOf));
    if (position !== -1) found.push({ entity, position });
  }
  return found.sort((left, right) => left.position - right.position).map(({ entity }) => entity);
}

function positionOf(words: readonly string[], wanted: readonly string[]): number {
  return words.findIndex((_, index) => wanted.every((word, offset) => words[index + offset] === word));
}

/** The entities a statement is about: those it names, else the one its list or heading names. */
export function scopeOf(draft: Pick<ServiceDraft, "entities">, statement: Statement): EntityModel[] {
  const named = mentionedEntities(draft, statement.plain);
  if (named.length > 0) return named;
  for (const text of [statement.lead, ...statement.headingPath.slice(1).toReversed()]) {
    const around = mentionedEntities(draft, text);
    if (around.length > 0) return around;
  }
  return entitiesWithFields(draft, codeWords(statement.raw));
}

/** The entities that have all the fields among some words; none when no word is a field. */
function entitiesWithFields(draft: Pick<ServiceDraft, "entities">, words: readonly string[]): EntityModel[] {
  const names = new Set(draft.entities.flatMap((entity) => entity.fields.map((field) => field.name)));
  const wanted = words.filter((word) => names.has(word));
  if (wanted.length === 0) return [];
  return draft.entities.filter((entity) => wanted.every((word) => entity.fields.some((field) => field.name === word)));
}

/** The texts in backticks. */
export function codeWords(raw: string): string[] {
  return [...raw.matchAll(/`([^`]+)`/g)].map((match) => (match[1] ?? "").trim());
}

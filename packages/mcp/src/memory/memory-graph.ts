import { z } from "zod";

const entitySchema = z.object({
  type: z.literal("entity"),
  name: z.string(),
  entityType: z.string(),
  observations: z.array(z.string()),
});
const relationSchema = z.object({
  type: z.literal("relation"),
  from: z.string(),
  to: z.string(),
  relationType: z.string(),
});
const lineSchema = z.discriminatedUnion("type", [entitySchema, relationSchema]);

export interface MemoryEntity {
  name: string;
  entityType: string;
  observations: string[];
}

export interface MemoryRelation {
  from: string;
  to: string;
  relationType: string;
}

/** The memory server's knowledge graph (its file's format: @modelcontextprotocol/server-memory, one JSON object a line). */
export interface MemoryGraph {
  entities: MemoryEntity[];
  relations: MemoryRelation[];
}

export const emptyMemory: MemoryGraph = Object.freeze({ entities: [], relations: [] });

/**
 * The graph of a file's text, and how many lines could not be used (the last one of a process that was killed while it wrote). Entities of one name are one, with the
 * observations of both. Pure.
 */
export function parseMemoryGraph(text: string): { graph: MemoryGraph; damagedLines: number } {
  const entities: MemoryEntity[] = [];
  const relations: MemoryRelation[] = [];
  let damagedLines = 0;
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const parsed = lineSchema.safeParse(parseJson(line));
    if (!parsed.success) damagedLines++;
    else if (parsed.data.type === "entity") {
      const { name, entityType, observations } = parsed.data;
      entities.push({ name, entityType, observations });
    } else {
      const { from, to, relationType } = parsed.data;
      relations.push({ from, to, relationType });
    }
  }
  return { graph: mergeMemoryGraphs(emptyMemory, emptyMemory, { entities, relations }), damagedLines };
}

/** The graph as the memory server reads it. Pure. */
export function renderMemoryGraph(graph: MemoryGraph): string {
  const lines = [
    ...graph.entities.map((entity) => JSON.stringify({ type: "entity", ...entity })),
    ...graph.relations.map((relation) => JSON.stringify({ type: "relation", ...relation })),
  ];
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/**
 * What two sides made of one graph, brought together: what either added is there, what either removed is gone unless the other side changed it meanwhile. Order:
 * ours, then what only theirs has. Pure; merging twice changes nothing.
 */
export function mergeMemoryGraphs(base: MemoryGraph, ours: MemoryGraph, theirs: MemoryGraph): MemoryGraph {
  const known = {
    base: indexEntities(base.entities),
    ours: indexEntities(ours.entities),
    theirs: indexEntities(theirs.entities),
  };
  const entities: MemoryEntity[] = [];
  for (const name of new Set([...known.ours.keys(), ...known.theirs.keys()])) {
    const entity = mergeEntity(known.base.get(name), known.ours.get(name), known.theirs.get(name));
    if (entity !== undefined) entities.push(entity);
  }
  const names = new Set(entities.map(({ name }) => name));
  const keys = mergeSets(
    base.relations.map(relationKey),
    ours.relations.map(relationKey),
    theirs.relations.map(relationKey),
  );
  const relations = keys
    .map((key) => JSON.parse(key) as [from: string, to: string, relationType: string])
    .map(([from, to, relationType]) => ({ from, to, relationType }))
    // A relation goes with the entity it hangs on, where that entity was known and removed.
    .filter(({ from, to }) => [from, to].every((name) => names.has(name) || !known.base.has(name)));
  return { entities, relations };
}

function mergeEntity(
  base: MemoryEntity | undefined,
  ours: MemoryEntity | undefined,
  theirs: MemoryEntity | undefined,
): MemoryEntity | undefined {
  if (ours !== undefined && theirs !== undefined) {
    const entityType = ours.entityType === base?.entityType ? theirs.entityType : ours.entityType;
    const observations = mergeSets(base?.observations ?? [], ours.observations, theirs.observations);
    return { name: ours.name, entityType, observations };
  }
  const left = ours ?? theirs;
  if (left === undefined || base === undefined) return left;
  // One side removed it: it stays only if the other side added to it.
  const added = left.observations.some((observation) => !base.observations.includes(observation));
  return added ? left : undefined;
}

/** Three-way merge of sets of texts: kept unless one side removed what the base had. */
function mergeSets(base: readonly string[], ours: readonly string[], theirs: readonly string[]): string[] {
  const before = new Set(base);
  const left = new Set(ours);
  const right = new Set(theirs);
  return [...new Set([...ours, ...theirs])].filter((item) =>
    before.has(item) ? left.has(item) && right.has(item) : true,
  );
}

function indexEntities(entities: readonly MemoryEntity[]): Map<string, MemoryEntity> {
  const index = new Map<string, MemoryEntity>();
  for (const entity of entities) {
    const known = index.get(entity.name);
    const observations = [...new Set([...(known?.observations ?? []), ...entity.observations])];
    index.set(entity.name, { ...(known ?? entity), observations });
  }
  return index;
}

function relationKey({ from, to, relationType }: MemoryRelation): string {
  return JSON.stringify([from, to, relationType]);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MemoryGraph, mergeMemoryGraphs, parseMemoryGraph, renderMemoryGraph } from "./memory-graph.ts";

const entity = (name: string, ...observations: string[]) => ({ name, entityType: "task", observations });
const graph = (...entities: MemoryGraph["entities"]): MemoryGraph => ({ entities, relations: [] });

describe("two worktrees that remembered side by side", () => {
  const base = graph(entity("a", "one", "two"), entity("b", "x"));

  it("lose nothing that either added", () => {
    const merged = mergeMemoryGraphs(base, graph(...base.entities, entity("c", "ours")), {
      entities: [entity("a", "one", "two", "three"), entity("b", "x"), entity("c", "theirs"), entity("d")],
      relations: [{ from: "d", to: "a", relationType: "uses" }],
    });
    expect(merged.entities).toEqual([
      entity("a", "one", "two", "three"),
      entity("b", "x"),
      entity("c", "ours", "theirs"),
      entity("d"),
    ]);
    expect(merged.relations).toEqual([{ from: "d", to: "a", relationType: "uses" }]);
  });

  it("forget what one of them removed, but not what the other went on with", () => {
    const ours = graph(entity("a", "one"));
    expect(mergeMemoryGraphs(base, ours, base).entities).toEqual([entity("a", "one")]);
    const theirs = graph(entity("a", "one", "two"), entity("b", "x", "y"));
    expect(mergeMemoryGraphs(base, ours, theirs).entities).toEqual([entity("a", "one"), entity("b", "x", "y")]);
  });
});

const anyGraph: fc.Arbitrary<MemoryGraph> = fc.record({
  entities: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom("a", "b", "c", "d"),
      entityType: fc.constantFrom("task", "decision"),
      observations: fc.uniqueArray(fc.constantFrom("1", "2", "3", "line\nbreak")),
    }),
    { selector: ({ name }) => name },
  ),
  relations: fc.uniqueArray(
    fc.record({
      from: fc.constantFrom("a", "b"),
      to: fc.constantFrom("c", "d"),
      relationType: fc.constantFrom("uses", "needs"),
    }),
    { selector: (relation) => JSON.stringify(relation) },
  ),
});

const sorted = ({ entities, relations }: MemoryGraph) => ({
  entities: entities
    .map((one) => ({ ...one, entityType: "", observations: one.observations.toSorted() }))
    .toSorted((left, right) => left.name.localeCompare(right.name)),
  relations: relations.map((one) => JSON.stringify(one)).toSorted(),
});

it("merging is the same from both sides, keeps every addition, and changes nothing the second time", () => {
  fc.assert(
    fc.property(anyGraph, anyGraph, anyGraph, (base, ours, theirs) => {
      const merged = mergeMemoryGraphs(base, ours, theirs);
      expect(sorted(mergeMemoryGraphs(base, theirs, ours))).toEqual(sorted(merged));
      expect(sorted(mergeMemoryGraphs(ours, merged, ours))).toEqual(sorted(merged));
      for (const side of [ours, theirs]) {
        for (const { name, observations } of side.entities) {
          const before = base.entities.find((one) => one.name === name)?.observations ?? [];
          const kept = merged.entities.find((one) => one.name === name)?.observations ?? [];
          for (const added of observations.filter((line) => !before.includes(line))) expect(kept).toContain(added);
        }
      }
    }),
  );
});

it("a graph that is written and read is the same, also when the last line was cut off by a kill", () => {
  fc.assert(
    fc.property(anyGraph, fc.nat(), (written, cut) => {
      const text = renderMemoryGraph(written);
      expect(sorted(parseMemoryGraph(text).graph)).toEqual(sorted(written));
      const torn = parseMemoryGraph(text.slice(0, cut % (text.length + 1)));
      expect(torn.damagedLines).toBeLessThanOrEqual(1);
      for (const { name } of torn.graph.entities) expect(written.entities.map((one) => one.name)).toContain(name);
    }),
  );
});

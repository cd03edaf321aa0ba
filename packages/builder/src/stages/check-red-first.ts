import { existsSync } from "node:fs";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { Check, Evidence } from "@ccb/core";
import { writeJsonArtifact } from "../project/write-artifact.ts";
import type { BuildWork } from "../workbench.ts";
import {
  type CheckableCriterion,
  type CheckBench,
  createCheckGround,
  isCheckable,
  lookAtAll,
} from "./_check-ground.ts";

/** What the criteria of a phase say before its first task. */
export interface RedFirst {
  /** Ids of criteria that fail, as they must before their work is done. */
  red: string[];
  /** Criteria that pass already: that they pass afterwards will prove nothing. */
  provesNothing: { criterionId: string; summary: string }[];
}

/** Parts a criterion's looks before its task into those that failed and those that prove nothing. Pure. */
function judgeRedFirst(seen: readonly Evidence[]): RedFirst {
  return {
    red: seen.filter(({ passed }) => !passed).map(({ criterionId }) => criterionId),
    provesNothing: seen.filter(({ passed }) => passed).map(({ criterionId, summary }) => ({ criterionId, summary })),
  };
}

/** Folders of a project directory that a check of the product does not need. */
const left = new Set([".git", ".checkpoints", ".memory", "artifacts", "logs", "node_modules"]);

/**
 * Runs every check of a phase before its first task, in a copy of the project, so that nothing of it gets into the work. Criteria that pass already are told as warnings. Each is looked at once: a
 * resumed build finds what was seen then, and a phase that has finished tasks without such a look has none.
 */
export async function checkRedFirst(bench: CheckBench, work: BuildWork, phaseId: string): Promise<RedFirst> {
  const criteria = work.criteria.filter(isCheckable).filter(({ id }) => work.phaseOf.get(id) === phaseId);
  const known = criteria.flatMap((criterion) => findRedFirst(bench, criterion) ?? []);
  const phase = work.plan.phases.find(({ id }) => id === phaseId);
  const hasBegun = phase?.tasks.some(({ id }) => work.commits.has(id)) ?? false;
  const open = hasBegun ? [] : criteria.filter((criterion) => findRedFirst(bench, criterion) === undefined);
  if (open.length === 0) return judgeRedFirst(known);
  const copy = await mkdtemp(join(tmpdir(), "ccb-before-"));
  const ground = createCheckGround(bench, work, copy);
  try {
    await copyProject(bench.paths.root, copy);
    const commit = await bench.repository.head();
    const seen = await lookAtAll(bench, open, async (criterion) => {
      const evidence = await ground.run({
        criterionId: criterion.id,
        phaseId,
        check: shorten(criterion.check),
        commit,
      });
      await keep(bench, criterion, evidence);
      return evidence;
    });
    return judgeRedFirst([...known, ...seen]);
  } finally {
    await ground.close();
    await rm(copy, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What a criterion said before its phase's first task, where it was looked at. */
export function findRedFirst(bench: CheckBench, { id, check }: CheckableCriterion): Evidence | undefined {
  return bench.journal.find<Evidence>(`red:${id}`, { check });
}

async function keep(bench: CheckBench, criterion: CheckableCriterion, evidence: Evidence): Promise<void> {
  const { id, check, description } = criterion;
  bench.atomically(() => {
    bench.journal.save(`red:${id}`, { check }, evidence);
    if (!evidence.passed) return;
    const message = `Criterion ${id} (${description}) passes before its phase has begun; it proves nothing about it.`;
    bench.emit({ type: "warning", message });
  });
  await writeJsonArtifact(join(bench.paths.evidence, "before", `${id}.json`), evidence);
}

async function copyProject(root: string, copy: string): Promise<void> {
  await cp(root, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !left.has(relative(root, path)),
  });
  const modules = join(root, "node_modules");
  if (existsSync(modules)) await symlink(modules, join(copy, "node_modules"));
}

/** A check that is expected to fail is not waited for as long as one that must pass. */
function shorten(check: Check): Check {
  if (check.kind === "load") return { ...check, durationMs: Math.min(check.durationMs, 500), warmUpMs: 0 };
  if (check.kind === "command" || check.kind === "script") {
    return { ...check, timeoutMs: Math.min(check.timeoutMs ?? 60_000, 60_000) };
  }
  return check;
}

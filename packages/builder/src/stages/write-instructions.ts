import { join, resolve } from "node:path";
import { instructionBuilder, renderInstructions } from "@ccb/agents";
import type { Analysis, Plan } from "@ccb/core";
import { renderMcpInstructions, renderMcpJson } from "@ccb/mcp";
import { hashText } from "../journal/hash-inputs.ts";
import { writeArtifacts } from "../project/write-artifact.ts";
import { researchLibraries } from "../research/research-libraries.ts";
import type { Workbench } from "../workbench.ts";
import { runStep } from "./_run-step.ts";
import { chooseSpecification } from "./_specification-part.ts";
import type { CriteriaByPhase } from "./make-criteria.ts";

/** Writes CLAUDE.md, `.claude/commands/`, `artifacts/instructions/` and `artifacts/mcp.json`, and commits the plan of the build. */
export async function writeInstructions(
  bench: Workbench,
  made: { analysis: Analysis; plan: Plan; criteria: CriteriaByPhase },
): Promise<{ reused: boolean; files: number }> {
  const { intake, paths } = bench;
  if (!bench.options.dryRun) await researchLibraries(bench, made);
  const inputs = {
    specification: intake.specification.hash,
    made,
    model: bench.model.id,
    agent: instructionBuilder.system,
  };
  const { value: guidance, reused } = await runStep(bench, { name: "instructions", inputs }, async () => {
    const { value } = await instructionBuilder.run(
      {
        projectName: intake.projectName,
        specification: chooseSpecification(bench, {
          task: { title: intake.projectName },
          requirements: intake.requirements,
          budgetTokens: 60_000,
        }),
        analysis: made.analysis,
        plan: made.plan,
      },
      { model: bench.model, scope: { build: bench.build }, signal: bench.signal },
    );
    return value;
  });
  const files = renderInstructions({
    project: { name: intake.projectName },
    analysis: made.analysis,
    plan: made.plan,
    criteria: made.criteria,
    requirements: intake.requirements,
    guidance,
    mcpInstructions: renderMcpInstructions({
      policy: bench.intake.mcpPolicy,
      servers: bench.servers,
      unavailable: listUnavailable(bench),
    }),
    ...templatesOf(bench),
  });
  files.push({ path: "artifacts/mcp.json", content: renderMcpJson(bench.servers) });
  const written = await writeArtifacts(files.map(({ path, content }) => ({ path: join(paths.root, path), content })));
  await commitPlan(bench, { plan: made.plan, files, written });
  return { reused, files: files.length };
}

/** The servers that cannot be used in this build, with the reason. */
export function listUnavailable(bench: Pick<Workbench, "unavailable">): { name: string; reason: string }[] {
  return [...bench.unavailable].map(([name, reason]) => ({ name, reason }));
}

/** The templates folder of the user, where one was given. */
export function templatesOf(bench: Workbench): { templatesDirectory?: string } {
  const folder = bench.options.templatesDirectory;
  return folder ? { templatesDirectory: resolve(bench.options.cwd, folder) } : {};
}

/**
 * Commits what CCB itself has written and nothing else: what lies uncommitted beside it may be the work of a session that was cut. Where the same was committed before and is still there,
 * git need not look at it: with a thousand tasks it takes as long as everything before.
 */
async function commitPlan(
  bench: Workbench,
  made: { plan: Plan; files: { path: string; content: string }[]; written: number },
): Promise<void> {
  const { journal, repository, intake } = bench;
  const { plan, files, written } = made;
  const inputs = files.map(({ path, content }) => [path, hashText(content)]);
  const known = journal.find<{ commit: string }>("plan-commit", inputs);
  if (known && written === 0 && (await repository.head()) !== undefined) return;
  const tasks = plan.phases.reduce((sum, phase) => sum + phase.tasks.length, 0);
  // Folders in place of their many files: a command line has an end.
  const others = files.map(({ path }) => path).filter((path) => !path.startsWith("artifacts/"));
  await repository.commitPaths([...new Set([".gitignore", "artifacts", ...others])], {
    subject: `Plan ${intake.projectName}: ${plan.phases.length} phases, ${tasks} tasks`,
    trailers: [["CCB-Build", bench.build]],
  });
  journal.save("plan-commit", inputs, { commit: await repository.head() });
}

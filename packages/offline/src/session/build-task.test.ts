import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderTaskPrompt } from "@ccb/agents";
import { createClaudeCodeExecutor } from "@ccb/claude-code";
import { extractRequirements } from "@ccb/context";
import { offlineModelId, type Phase, type Plan, renderPromptSection, type Task, type TaskRunResult } from "@ccb/core";
import { createComplianceTracker, defaultPolicy, mandatoryServers, renderMcpInstructions } from "@ccb/mcp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createOfflineModel, type OfflineModel } from "../create-offline-model.ts";
import { planService } from "../plan/plan-service.ts";
import { readPrompt } from "../request/read-prompt.ts";

const specification = `# Book Shelf

A REST service that keeps books and their authors.

## Authors

| field | type | rules |
|---|---|---|
| name | string | required, unique, max 100 |

## Books

| field | type | rules |
|---|---|---|
| title | string | required, max 200 |
| pages | integer | min 1 |
| author_id | reference to Author | required |

- Books can be created, read, updated, listed and deleted.
- The service must answer \`GET /health\` with 200.
`;

interface Bench {
  folder: string;
  project: string;
  model: OfflineModel;
}

let bench: Bench | undefined;

function theBench(): Bench {
  if (!bench) throw new Error("the bench is not open");
  return bench;
}

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), "ccb-offline-"));
  const project = join(folder, "project");
  mkdirSync(join(project, "artifacts"), { recursive: true });
  mkdirSync(join(project, ".memory"));
  execFileSync("git", ["init", "-q", project]);
  writeFileSync(join(project, "artifacts", "specification.md"), specification);
  bench = { folder, project, model: await createOfflineModel() };
});

afterEach(async () => {
  await bench?.model.close();
  if (bench) rmSync(bench.folder, { recursive: true, force: true });
  bench = undefined;
});

function planSpecification(): Plan {
  const sections = [
    renderPromptSection({
      name: "specification",
      attributes: { complete: "true", title: "Book Shelf" },
      content: specification,
    }),
    renderPromptSection({ name: "executor", attributes: { model: offlineModelId }, content: "" }),
  ];
  return planService(readPrompt(sections.join("\n\n")));
}

interface TaskRun {
  task: Task;
  phase: Phase;
  /** The part of the specification in the prompt; all of it when omitted. */
  part?: string;
  attempt?: number;
}

async function runTask({ task, phase, part, attempt = 1 }: TaskRun): Promise<TaskRunResult & { refusals: string[] }> {
  const { folder, project, model } = theBench();
  const environment = { PATH: process.env.PATH ?? "" };
  const servers = mandatoryServers({ projectDirectory: project, environment }).filter(
    ({ name }) => name !== "context7",
  );
  const policy = { ...defaultPolicy, servers: defaultPolicy.servers };
  const tracker = createComplianceTracker({ policy, servers });
  const { prompt, systemAppend } = renderTaskPrompt({
    project: { name: "book-shelf", title: "Book Shelf" },
    task,
    phase,
    requirements: extractRequirements(specification).filter(({ id }) => task.requirementIds.includes(id)),
    criteria: [],
    context: { text: part ?? specification, complete: part === undefined },
    mcpInstructions: renderMcpInstructions({ policy, servers }),
    attempt,
  });
  const executor = createClaudeCodeExecutor({ environment, homeDirectory: join(folder, "home") });
  const refusals: string[] = [];
  const result = await executor.runTask({
    prompt,
    systemAppend,
    cwd: project,
    model: offlineModelId,
    baseUrl: model.url,
    mcpServers: servers,
    limits: { maxTurns: 40, idleMs: 60_000, totalMs: 120_000 },
    onToolUse: (use) => tracker.record(use),
    beforeEnd: () => {
      const verdict = tracker.judge("task_complete");
      if (verdict.ok || refusals.length === 3) return undefined;
      refusals.push(verdict.message);
      return verdict.message;
    },
  });
  return { ...result, refusals };
}

function tasksOf(plan: Plan): { task: Task; phase: Phase }[] {
  return plan.phases.flatMap((phase) => phase.tasks.map((task) => ({ task, phase })));
}

describe("a task session of the real Claude Code with the offline model", () => {
  it("builds a service task by task, runs its tests, and satisfies the MCP policy without being refused", {
    timeout: 240_000,
  }, async () => {
    for (const { task, phase } of tasksOf(planSpecification())) {
      const result = await runTask({ task, phase });
      expect(result).toMatchObject({ status: "done", refusals: [] });
      expect(result.text).toMatch(/`npm test` passed: \d+ tests, \d+ pass, 0 fail/);
      expect(result.text).toContain("not a language model");
      expect(result.turns).toBeLessThanOrEqual(6);
    }
    const { project } = theBench();
    expect(execFileSync("npm", ["test"], { cwd: project, encoding: "utf8" })).toMatch(/(?:ℹ|#) fail 0/);
    expect(readFileSync(join(project, ".memory", "memory.jsonl"), "utf8")).toContain("task foundation");
  });

  it("reads the whole specification when the prompt holds a part, and records a second attempt under a name of its own", {
    timeout: 120_000,
  }, async () => {
    const [first] = tasksOf(planSpecification());
    if (!first) throw new Error("the plan has no task");
    const once = await runTask({ ...first, part: "# Book Shelf\n\nA REST service." });
    expect(once.toolUses.filter((use) => use.name === "Read").map((use) => use.input)).toMatchObject([{ offset: 1 }]);
    expect(once.text).toMatch(/`npm test` passed/);
    const again = await runTask({ ...first, attempt: 2 });
    expect(again).toMatchObject({ status: "done", refusals: [] });
    expect(readFileSync(join(theBench().project, ".memory", "memory.jsonl"), "utf8")).toContain("task foundation (2)");
  });

  it("says of a task that it cannot build that it cannot, writes nothing, and uses the servers when its end is refused", async () => {
    const phase: Phase = { id: "shop", name: "Shop", goal: "A shop.", tasks: [] };
    const task: Task = {
      id: "checkout-page",
      name: "Checkout page",
      description: "A page.",
      dependsOn: [],
      files: ["src/checkout.tsx"],
      requirementIds: [],
      size: "S",
    };
    const result = await runTask({ task, phase });
    expect(result.text).toContain("cannot carry out");
    expect(result.refusals).toHaveLength(1);
    expect(result.toolUses.map((use) => use.name)).toEqual(["mcp__memory__create_entities", "mcp__git__git_status"]);
  });
});

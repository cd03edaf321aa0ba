import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ModelAnswer, ModelTurn } from "../../test-support/model-server.ts";
import { createSessionBench, defineTestServer, type SessionBench } from "../../test-support/session-bench.ts";

let bench: SessionBench | undefined;

async function prepare(answer: (turn: ModelTurn) => ModelAnswer): Promise<SessionBench> {
  bench = await createSessionBench(answer);
  return bench;
}

afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

describe("the question before the end", () => {
  it("makes the session go on as often as it is refused, and shows the reason", async () => {
    const { run, model } = await prepare(() => ({ text: "Finished." }));
    let refusals = 0;
    const result = await run({
      limits: { maxTurns: 50, idleMs: 30_000, totalMs: 60_000 },
      beforeEnd: () => (refusals < 12 ? `Reason ${++refusals}.` : undefined),
    });
    expect(result).toMatchObject({ status: "done", turns: 13 });
    expect(model.turns[1]?.lastText).toContain("Reason 1.");
  });

  it("hears of every tool call before it is asked", async () => {
    const { run } = await prepare((turn) =>
      turn.number === 1 ? { tools: [{ name: "mcp__probe__echo", input: { text: "x" } }] } : {},
    );
    const order: string[] = [];
    await run({
      mcpServers: [defineTestServer("probe")],
      onToolUse: (use) => order.push(use.name),
      beforeEnd: () => {
        order.push("end");
        return undefined;
      },
    });
    expect(order).toEqual(["mcp__probe__echo", "end"]);
  });
});

describe("the question before a tool", () => {
  it("refuses the call with the reason, records it, and ends the session where that is asked", async () => {
    const { run, project, model } = await prepare(() => ({
      tools: [{ name: "Write", input: { file_path: join(project, "a.txt"), content: "one" } }],
    }));
    let asked = 0;
    const result = await run({
      beforeTool: (call) => {
        asked++;
        return call.name === "Write" ? { reason: `Look it up first (${asked}).`, endSession: asked === 2 } : undefined;
      },
    });
    expect(existsSync(join(project, "a.txt"))).toBe(false);
    expect(model.turns[1]?.lastText).toContain("Look it up first (1).");
    expect(result.toolUses.map(({ name, succeeded, response }) => [name, succeeded, response])).toEqual([
      ["Write", false, "Look it up first (1)."],
      ["Write", false, "Look it up first (2)."],
    ]);
    expect(model.turns).toHaveLength(2);
  });
});

it.each([
  ["after one that succeeded", "touch c", 3],
  ["after one that failed, before the next call", "touch c; false", 4],
])(
  "the question after a tool leaves what was done, tells the model, and ends the session %s",
  async (_when, last, turns) => {
    const commands = ["touch a", "touch b; false", last];
    const { run, project, model } = await prepare((turn) => ({
      tools: [{ name: "Bash", input: { command: commands[turn.number - 1] ?? "touch d" } }],
    }));
    const asked: string[] = [];
    const result = await run({
      onToolUse: (use) => asked.push(`told of ${use.succeeded}`),
      afterTool: async (use) => {
        asked.push(`asked about ${use.succeeded}`);
        return { reason: `Not so, said ${asked.length}.`, endSession: asked.length === 6 };
      },
    });
    expect(asked).toEqual([true, false, turns === 3].flatMap((ok) => [`told of ${ok}`, `asked about ${ok}`]));
    expect(["a", "b", "c", "d"].map((name) => existsSync(join(project, name)))).toEqual([true, true, true, false]);
    const shown = model.turns.map(({ body }) => JSON.stringify(body));
    expect(shown[1]).toContain("Not so, said 2.");
    expect(shown[2]).toContain("Not so, said 4.");
    expect(shown).toHaveLength(turns);
    expect(result.toolUses).toHaveLength(3);
  },
);

it("an item of the session's task list is not completed while the question before the end is answered with a reason", async () => {
  bench = await createSessionBench(
    (turn) => {
      const update = { name: "TaskUpdate", input: { taskId: "1", status: "completed" } };
      if (turn.number === 1) return { tools: [{ name: "TaskCreate", input: { subject: "Build", description: "it" } }] };
      return turn.number <= 3 ? { tools: [update] } : { text: "Done." };
    },
    { builtinTools: ["TaskCreate", "TaskUpdate"] },
  );
  const asked: string[] = [];
  const result = await bench.run({
    beforeEnd: (what) => {
      asked.push(what);
      return asked.length === 1 ? "Memory was not written." : undefined;
    },
  });
  expect(asked).toEqual(["task", "task", "session"]);
  expect(bench.model.turns[2]?.lastText).toContain("Memory was not written.");
  expect(result.status).toBe("done");
});

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { awaitUntil } from "../../test-support/await-until.ts";
import { createSessionBench, renderTestRequest, type SessionBench } from "../../test-support/session-bench.ts";
import { createClaudeCodeExecutor } from "../create-claude-code-executor.ts";

let bench: SessionBench | undefined;

afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

function listTranscripts(home: string): string[] {
  const projects = join(home, ".claude", "projects");
  if (!existsSync(projects)) return [];
  return readdirSync(projects).flatMap((folder) =>
    readdirSync(join(projects, folder)).map((name) => join(projects, folder, name)),
  );
}

function readTranscripts(home: string): string {
  return listTranscripts(home)
    .map((path) => readFileSync(path, "utf8"))
    .join("");
}

describe("a session that was cut in the middle of its task", () => {
  it("goes on with its transcript in another executor", async () => {
    let killed = false;
    bench = await createSessionBench((turn) => {
      if (turn.number === 1) {
        const path = join(bench?.project ?? "", "half.txt");
        return { text: "First half.", tools: [{ name: "Write", input: { file_path: path, content: "half" } }] };
      }
      return killed ? { text: "Both halves are done." } : { hang: true };
    });
    const { project, home, model } = bench;
    let pid = 0;
    let sessionId = "";
    const running = bench.run({
      onEvent: (event) => {
        if (event.type === "process-started") pid = event.pid;
        if (event.type === "session-started") sessionId = event.sessionId;
      },
    });
    await model.awaitTurn(2);
    // Claude Code writes its transcript a moment after the call that follows from it.
    await awaitUntil(() => readTranscripts(home).includes("half.txt"), "the first turn in the transcript");
    process.kill(pid, "SIGKILL");
    const cut = await running;
    expect(cut).toMatchObject({ status: "failed", sessionId, reason: expect.stringContaining("SIGKILL") });
    killed = true;

    const another = createClaudeCodeExecutor({
      environment: { PATH: process.env.PATH ?? "" },
      homeDirectory: home,
    });
    const request = { ...renderTestRequest({ project, url: model.url }), prompt: "Go on with the second half." };
    const result = await another.runTask({ ...request, resumeSessionId: sessionId });

    expect(result).toMatchObject({ status: "done", sessionId, text: "Both halves are done." });
    const asked = JSON.stringify(model.turns.at(-1)?.body.messages);
    for (const text of ["Do the task.", "First half.", "half.txt", "Go on with the second half."])
      expect(asked, text).toContain(text);
    expect(existsSync(join(project, "half.txt"))).toBe(true);
    expect(listTranscripts(home).map((path) => basename(path))).toEqual([`${sessionId}.jsonl`]);
  });

  it("is a failure with one sentence when there is no such transcript, and asks the model nothing", async () => {
    bench = await createSessionBench(() => ({ text: "Done." }));
    const result = await bench.run({ resumeSessionId: "00000000-0000-4000-8000-000000000000" });
    expect(result.status).toBe("failed");
    expect(result.reason).toMatch(/No conversation found/);
    expect(bench.model.turns).toEqual([]);
  });
});

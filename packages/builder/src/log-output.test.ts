import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Executor } from "@ccb/core";
import { readLogRecords } from "@ccb/logging";
import { createScriptedModel } from "@ccb/testing";
import { expect, test } from "vitest";
import { noticeUsage, planTestBuild } from "../test-support/run-build.ts";
import { noticeSpecification, scriptProduct } from "../test-support/scripted-product.ts";
import { startBuild } from "./start-build.ts";

test("what a coding agent writes to its standard error is in the log, under its task and without keys", async () => {
  const cwd = await mkdtemp(join(tmpdir(), "ccb-output-"));
  await writeFile(join(cwd, "spec.md"), noticeSpecification);
  const model = await createScriptedModel({
    rules: scriptProduct({ session: () => ({ notice: "" }), usage: noticeUsage }),
  });
  const stop = () => running.stop();
  // Another coding agent: it complains in pieces that end in the middle of a key and of a character, and ends when it is stopped.
  const executor: Executor = {
    async runTask({ onEvent, signal }) {
      const pieces = ["warning: the key sk-ant-test-0123", "456789abcdef is old\nsecond", " line\r\nno line end"];
      for (const text of pieces) onEvent?.({ type: "output-received", text });
      setTimeout(stop, 10);
      if (signal && !signal.aborted) await once(signal, "abort");
      const end = { status: "aborted", reason: "stopped", sessionId: undefined, turns: 0, durationMs: 1 } as const;
      return { ...end, toolUses: [], reportedUsage: undefined, text: "" };
    },
  };
  const running = startBuild({
    ...planTestBuild({ cwd, url: model.url }),
    executor,
  });
  expect((await running.result).outcome).toBe("stopped");
  await model.close();
  const logs = join(cwd, "out", "logs");
  const written = [...readLogRecords({ directory: logs })].filter(({ name }) => name === "claude-code");
  expect(written.map(({ message }) => message)).toEqual([
    "warning: the key [REDACTED] is old",
    "second line",
    "no line end",
  ]);
  expect(written[0]).toMatchObject({ level: "debug", data: { task: expect.any(String), attempt: 1 } });
  for (const name of ["debug.log", "structured.jsonl"])
    expect(readFileSync(join(logs, name), "utf8")).not.toContain("0123456789abcdef");
  await rm(cwd, { recursive: true, force: true });
});

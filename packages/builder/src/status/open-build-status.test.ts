import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createScriptedModel } from "@ccb/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { noticeSpecification, playSession, scriptProduct } from "../../test-support/scripted-product.ts";
import { findProject } from "../project/find-project.ts";
import { startBuild } from "../start-build.ts";
import type { BuildStatus } from "./build-status.ts";
import { openBuildStatus, readBuildStatus } from "./open-build-status.ts";

const usage = { inputTokens: 1000, outputTokens: 500, cacheReadTokens: 0, cacheWrite5mTokens: 0 };
let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "ccb-status-"));
  await writeFile(join(cwd, "spec.md"), noticeSpecification);
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

test("tells where a build stands while it runs, and how it ended", async () => {
  const atWork = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const session = () => ({ notice: "Hello" });
  const model = await createScriptedModel({
    rules: [
      {
        when: ({ agent }) => agent === "builder",
        times: 1,
        async reply(conversation) {
          atWork.resolve();
          await goOn.promise;
          return { content: playSession(conversation, session()), usage };
        },
      },
      ...scriptProduct({ session, usage }),
    ],
  });
  const build = startBuild({
    specification: "spec.md",
    cwd,
    model: "claude-opus-5-5",
    upstream: { baseUrl: model.url, apiKey: "sk-ant-test-0123456789abcdef" },
    environment: { PATH: process.env.PATH ?? "", HOME: cwd },
  });
  try {
    await atWork.promise;
    const directory = findProject({ cwd, directory: undefined });
    using watched = openBuildStatus({ directory });
    const running = watched.read();
    expect(running).toMatchObject({
      project: "notice-board",
      model: "claude-opus-5-5",
      state: "running",
      stage: "execution",
      holder: { pid: process.pid },
      tasks: { done: 0, running: 1, failed: 0, total: 2 },
      criteria: { passed: 0, failed: 0, total: 2 },
    });
    const statuses = (status: BuildStatus) => status.phases.flatMap(({ tasks }) => tasks.map((task) => task.status));
    expect(statuses(running)).toEqual(["running", "pending"]);
    expect(running.cost.reservedMicroUsd).toBeGreaterThan(0);
    expect(running.cost.calls).toBeGreaterThan(0);

    goOn.resolve();
    const result = await build.result;
    expect(result.outcome).toBe("done");
    const ended = watched.read();
    expect(ended).toEqual({ ...readBuildStatus({ directory }), lastEvent: ended.lastEvent });
    expect(ended).toMatchObject({
      state: "ended",
      outcome: "done",
      holder: undefined,
      tasks: { done: 2, total: 2 },
      criteria: { passed: 2, failed: 0 },
      phases: [{ status: "accepted" }],
      next: [],
    });
    expect(ended.cost).toMatchObject({
      costMicroUsd: result.summary?.costMicroUsd,
      calls: result.summary?.calls,
      tokens: result.summary?.tokens,
      reservedMicroUsd: 0,
    });
  } finally {
    goOn.resolve();
    build.stop();
    await build.result.catch(() => undefined);
    await model.close();
  }
});

test("a folder without a build is said to be none, with the way on", async () => {
  expect(() => findProject({ cwd, directory: undefined })).toThrow(/claude-builds\/ is a CCB project/);
  expect(() => findProject({ cwd, directory: "elsewhere" })).toThrow(/elsewhere is no CCB project/);
});

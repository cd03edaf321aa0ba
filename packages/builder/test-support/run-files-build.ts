import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BuildEvent } from "@ccb/core";
import { createScriptedModel } from "@ccb/testing";
import type { BuildOptions } from "../src/build-options.ts";
import { type Build, type BuildResult, startBuild } from "../src/start-build.ts";
import { type FileTask, type OnSession, renderFilesSpecification, scriptFiles } from "./scripted-files.ts";

export interface FilesBuild {
  result: BuildResult;
  events: BuildEvent[];
  /** Calls the model server answered. */
  calls: number;
}

/** Builds a product of text files in `<cwd>/out` with the real Claude Code and a scripted model. */
export async function runFilesBuild(given: {
  cwd: string;
  tasks: readonly FileTask[];
  onSession?: OnSession;
  /** What the documentation agent writes as README.md. */
  readme?: string;
  options?: Partial<BuildOptions>;
  /** Replaces the specification made from the tasks. */
  specification?: string;
  onEvent?: (event: BuildEvent, build: Build) => void;
}): Promise<FilesBuild> {
  const { cwd, tasks, onSession, readme } = given;
  await writeFile(join(cwd, "spec.md"), given.specification ?? renderFilesSpecification(tasks));
  const model = await createScriptedModel({
    rules: scriptFiles(tasks, { ...(onSession ? { onSession } : {}), ...(readme === undefined ? {} : { readme }) }),
  });
  try {
    const build = startBuild({
      specification: "spec.md",
      cwd,
      outputDirectory: "out",
      model: "claude-opus-5-5",
      upstream: { baseUrl: model.url, apiKey: "sk-ant-test-0123456789abcdef" },
      environment: { PATH: process.env.PATH ?? "", HOME: cwd },
      ...given.options,
    });
    const events: BuildEvent[] = [];
    for await (const event of build.events) {
      events.push(event);
      given.onEvent?.(event, build);
    }
    return { result: await build.result, events, calls: model.totals().calls };
  } finally {
    await model.close();
  }
}

/** Runs git in the project directory. */
export function gitIn(cwd: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd: join(cwd, "out"), encoding: "utf8" });
}

/** Ids of the tasks in the history, newest first. */
export function listCommittedTasks(cwd: string): string[] {
  return gitIn(cwd, "log", "--format=%(trailers:key=CCB-Task,valueonly)").split("\n").filter(Boolean);
}

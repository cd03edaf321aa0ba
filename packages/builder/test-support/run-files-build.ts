import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BuildEvent } from "@ccb/core";
import { createScriptedModel } from "@ccb/testing";
import type { BuildOptions } from "../src/build-options.ts";
import type { Build, BuildResult } from "../src/start-build.ts";
import { runBuild } from "./run-build.ts";
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
  const { cwd, tasks, onSession, readme, options, onEvent } = given;
  await writeFile(join(cwd, "spec.md"), given.specification ?? renderFilesSpecification(tasks));
  await using model = await createScriptedModel({
    rules: scriptFiles(tasks, { ...(onSession ? { onSession } : {}), ...(readme === undefined ? {} : { readme }) }),
  });
  const { result, events } = await runBuild({ cwd, url: model.url, options, onEvent });
  return { result, events, calls: model.totals().calls };
}

/** Runs git in the project directory. */
export function gitIn(cwd: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd: join(cwd, "out"), encoding: "utf8" });
}

/** Ids of the tasks in the history, newest first. */
export function listCommittedTasks(cwd: string): string[] {
  return gitIn(cwd, "log", "--format=%(trailers:key=CCB-Task,valueonly)").split("\n").filter(Boolean);
}

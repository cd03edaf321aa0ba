import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BuildEvent } from "@ccb/core";
import { createScriptedModel, type ScriptedModelOptions } from "@ccb/testing";
import type { BuildOptions } from "../src/build-options.ts";
import { type Build, type BuildResult, startBuild } from "../src/start-build.ts";
import { noticeSpecification, type SessionScript, scriptProduct } from "./scripted-product.ts";

/** The key that builds of tests are given. */
export const testKey = "sk-ant-test-0123456789abcdef";

/** A build of `<cwd>/spec.md` in `<cwd>/out` against the model server at `url`. */
export function planTestBuild({ cwd, url }: { cwd: string; url: string }) {
  return {
    specification: "spec.md",
    cwd,
    outputDirectory: "out",
    model: "claude-opus-5-5",
    upstream: { baseUrl: url, apiKey: testKey },
    environment: { PATH: process.env.PATH ?? "", HOME: cwd },
  } satisfies BuildOptions;
}

/** Runs such a build to its end. */
export async function runBuild(given: {
  cwd: string;
  url: string;
  options?: Partial<BuildOptions> | undefined;
  onEvent?: ((event: BuildEvent, build: Build) => void) | undefined;
}): Promise<{ result: BuildResult; events: BuildEvent[] }> {
  const build = startBuild({ ...planTestBuild(given), ...given.options });
  const events: BuildEvent[] = [];
  for await (const event of build.events) {
    events.push(event);
    given.onEvent?.(event, build);
  }
  return { result: await build.result, events };
}

/** Tokens of each answer of {@link runNoticeBuild}. */
export const noticeUsage = { inputTokens: 1000, outputTokens: 500, cacheReadTokens: 2000, cacheWrite5mTokens: 300 };

/** Builds the notice board with the real Claude Code and a scripted model, whose server is gone when it resolves. */
export async function runNoticeBuild(script: {
  cwd: string;
  session?: (conversation: { firstUserText: string }) => SessionScript;
  faults?: ScriptedModelOptions["faults"];
  options?: Partial<BuildOptions>;
  usage?: typeof noticeUsage;
}) {
  const { cwd, session = () => ({ notice: "Hello" }), faults, options, usage = noticeUsage } = script;
  await writeFile(join(cwd, "spec.md"), noticeSpecification);
  await using model = await createScriptedModel({
    rules: scriptProduct({ session, usage }),
    ...(faults ? { faults } : {}),
  });
  return { ...(await runBuild({ cwd, url: model.url, options })), billed: model };
}

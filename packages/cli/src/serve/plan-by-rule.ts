import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { startBuild } from "@ccb/builder";
import { CcbError, defaultModelId, offlineModelId } from "@ccb/core";
import type { ServiceContext, ServiceOutput } from "@ccb/mcp/server";
import { openSource } from "../init/open-source.ts";

/** Plans a specification by rule in a temporary folder, of which nothing is left. */
export async function planByRule(
  input: { path?: string | undefined; text?: string | undefined },
  place: { directory: string; environment: Record<string, string>; context: ServiceContext },
): Promise<ServiceOutput<"plan_spec">> {
  const specification = await findSpecification(input, place.directory);
  const folder = await mkdtemp(join(tmpdir(), "ccb-plan-"));
  const source = await openSource({ kind: "offline" });
  try {
    const build = startBuild({
      command: "ccb serve",
      specification,
      cwd: place.directory,
      model: defaultModelId,
      planningModel: offlineModelId,
      upstream: source.upstream,
      environment: place.environment,
      dryRun: true,
      outputDirectory: folder,
    });
    place.context.signal.addEventListener("abort", () => build.stop(), { once: true });
    let done = 0;
    for await (const event of build.events) {
      if (event.type === "stage-end")
        place.context.report({ done: ++done, message: `${event.stage}: ${event.summary}` });
    }
    const result = await build.result;
    if (result.error) throw result.error;
    if (!result.planned || !result.directory) throw new CcbError({ code: "stopped", message: result.reason });
    const { plan, criteria } = result.planned;
    const read = async <T>(name: string) => JSON.parse(await readFile(join(folder, "artifacts", name), "utf8")) as T;
    const { title, requirements } = await read<{ title: string; requirements: unknown[] }>("requirements.json");
    const forecast = await read<Record<"lowMicroUsd" | "expectedMicroUsd" | "highMicroUsd", number>>("forecast.json");
    return {
      title,
      requirements: requirements.length,
      criteria: criteria.reduce((sum, phase) => sum + phase.criteria.length, 0),
      phases: plan.phases.map(({ id, name, tasks }) => ({
        id,
        name,
        tasks: tasks.map((task) => ({ id: task.id, name: task.name })),
      })),
      waived: plan.waivers.map(({ requirementId, reason }) => `${requirementId}: ${reason}`),
      forecastUsd: {
        low: forecast.lowMicroUsd / 1e6,
        expected: forecast.expectedMicroUsd / 1e6,
        high: forecast.highMicroUsd / 1e6,
      },
    };
  } finally {
    await source.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function findSpecification(
  input: { path?: string | undefined; text?: string | undefined },
  directory: string,
): Promise<string | { stdin: AsyncIterable<Uint8Array> }> {
  if ((input.path === undefined) === (input.text === undefined)) {
    throw new CcbError({ code: "usage", message: "plan_spec needs either path or text." });
  }
  if (input.text !== undefined) return { stdin: oneChunk(new TextEncoder().encode(input.text)) };
  const path = resolve(directory, input.path ?? "");
  const inside = relative(directory, path);
  // A client may see what it is served, not the rest of the machine.
  if (inside.startsWith("..") || resolve(inside) === inside) {
    throw new CcbError({ code: "usage", message: `"${input.path}" is outside of the served directory.` });
  }
  if ((await stat(path).catch(() => undefined)) === undefined) {
    throw new CcbError({ code: "bad-input", message: `"${input.path}" does not exist in the served directory.` });
  }
  return path;
}

async function* oneChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

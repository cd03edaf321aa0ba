import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "tsup";

interface Manifest {
  exports: Record<string, string | { "ccb-source": string }>;
  bin?: Record<string, string>;
}

/** The sources that a package's manifest names: its entry points, and its programs. */
function listEntries(folder: string): string[] {
  const { exports, bin = {} } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as Manifest;
  const points = Object.values(exports).flatMap((point) => (typeof point === "string" ? [] : [point["ccb-source"]]));
  const programs = Object.values(bin).map((path) => path.replace("/dist/", "/src/").replace(/\.js$/, ".ts"));
  return [...points, ...programs].map((path) => `${folder}/${path.replace(/^\.\//, "")}`);
}

/**
 * The JavaScript of every package in one process, without types: what the demo needs, many times faster than a process for each. `pnpm build` makes what is
 * published.
 */
export default defineConfig(
  readdirSync("packages").map((name) => ({
    entry: listEntries(`packages/${name}`),
    outDir: `packages/${name}/dist`,
    format: ["esm"],
    target: "node24",
    platform: "node",
    removeNodeProtocol: false,
    skipNodeModulesBundle: true,
    silent: true,
  })),
);

import { defineConfig, type Options } from "tsup";

/** The one build of every package: ESM for Node 24, types beside it. */
export function definePackageBuild(options: Options = {}) {
  return defineConfig({
    entry: ["src/index.ts"],
    format: ["esm"],
    target: "node24",
    platform: "node",
    dts: { compilerOptions: { customConditions: [], ignoreDeprecations: "6.0" } },
    clean: true,
    sourcemap: false,
    splitting: true,
    treeshake: true,
    removeNodeProtocol: false,
    ...options,
  });
}

import { build } from "esbuild";

/** Minified bytes of a package's own code behind its entry point: its dependencies are left out. */
export async function measureBundle(entry: string): Promise<number> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    packages: "external",
    write: false,
    logLevel: "silent",
  });
  return result.outputFiles.reduce((sum, file) => sum + file.contents.byteLength, 0);
}

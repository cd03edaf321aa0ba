import { fileURLToPath } from "node:url";

/** The shell command that looks for secrets in what is staged, with this very program. Pure but for where it lies. */
export function renderHookCommand(): string {
  const isSource = import.meta.url.endsWith(".ts");
  const program = fileURLToPath(new URL(isSource ? "../bin.ts" : "./bin.js", import.meta.url));
  const words = [process.execPath, ...process.execArgv, program].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  return `${words.join(" ")} secrets --staged`;
}

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { CcbError } from "@ccb/core";
import { version } from "../_version.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";
import { renderPlugin } from "./render-plugin.ts";

export interface PluginFlags {
  out?: string;
}

/** `ccb plugin`: writes CCB as a Claude Code plugin. A folder that holds anything else than an earlier one of ours is left alone. */
export async function runPlugin(call: {
  /** Program and arguments that start `ccb`; "ccb" where there are none. */
  command: string[];
  flags: PluginFlags;
  terminal: Terminal;
}): Promise<number> {
  const { flags, terminal } = call;
  const folder = resolve(terminal.cwd, flags.out ?? "ccb-plugin");
  await checkFolder(folder);
  const files = renderPlugin({ version, command: call.command });
  for (const { path, content } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const where = relative(terminal.cwd, folder) || ".";
  terminal.stdout.write(
    `${files.length} files in ${where}\nTry it in a project directory: claude --plugin-dir ${folder}\n`,
  );
  return exitCodes.done;
}

async function checkFolder(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (entries.length === 0) return;
  const manifest = await readFile(join(folder, ".claude-plugin", "plugin.json"), "utf8").catch(() => "{}");
  if ((JSON.parse(manifest) as { name?: string }).name === "ccb") return;
  throw new CcbError({
    code: "usage",
    message: `${folder} is not empty and holds no plugin of CCB's.`,
    hint: "Give a new or empty folder with --out.",
  });
}

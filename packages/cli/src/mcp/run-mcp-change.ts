import { join, relative } from "node:path";
import { CcbError } from "@ccb/core";
import { changeServersFile, findUserServersFile } from "@ccb/mcp";
import { exitCodes } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";

export interface McpChangeFlags {
  /** Change this folder's `ccb.mcp.yaml` instead of the user's file. */
  project?: boolean;
  url?: string;
  env?: string[];
  header?: string[];
  description?: string;
  required?: boolean;
  enforceAt?: string[];
}

/** `ccb mcp add`: makes a server known, in the user's file or this folder's. */
export async function runMcpAdd(call: {
  name: string;
  command: string[];
  flags: McpChangeFlags;
  terminal: Terminal;
}): Promise<number> {
  const { name, flags, terminal } = call;
  const [command, ...args] = call.command;
  const path = chooseFile(flags, terminal);
  const done = await changeServersFile({
    path,
    name,
    entry: {
      ...(command === undefined ? {} : { command }),
      ...(args.length === 0 ? {} : { args }),
      ...(flags.url === undefined ? {} : { url: flags.url }),
      ...(flags.env === undefined ? {} : { env: parsePairs(flags.env, "--env", "=") }),
      ...(flags.header === undefined ? {} : { headers: parsePairs(flags.header, "--header", ":") }),
      ...(flags.description === undefined ? {} : { description: flags.description }),
      ...(flags.required === undefined ? {} : { required: flags.required }),
      ...(flags.enforceAt === undefined ? {} : { enforce_at: flags.enforceAt }),
    },
  });
  terminal.stdout.write(`${name} was ${done} in ${relative(terminal.cwd, path) || path}\n`);
  terminal.stdout.write(`Try it: ccb mcp check ${name}${flags.project ? " --trust-project" : ""}\n`);
  return exitCodes.done;
}

/** `ccb mcp remove`: takes a server out of the user's file or this folder's. */
export async function runMcpRemove(call: { name: string; flags: McpChangeFlags; terminal: Terminal }): Promise<number> {
  const { name, flags, terminal } = call;
  const path = chooseFile(flags, terminal);
  await changeServersFile({ path, name, entry: undefined });
  terminal.stdout.write(`${name} was removed from ${relative(terminal.cwd, path) || path}\n`);
  return exitCodes.done;
}

function chooseFile(flags: McpChangeFlags, { cwd, environment }: Terminal): string {
  if (flags.project) return join(cwd, "ccb.mcp.yaml");
  const user = findUserServersFile(environment);
  if (user !== undefined) return user;
  throw new CcbError({
    code: "usage",
    message: "There is no place for your own servers: neither HOME nor XDG_CONFIG_HOME is set.",
    hint: "Use --project to keep them in this folder.",
  });
}

function parsePairs(pairs: readonly string[], flag: string, separator: "=" | ":"): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf(separator);
      if (at > 0) return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
      throw new CcbError({ code: "usage", message: `${flag} is NAME${separator}VALUE; received ${pair}.` });
    }),
  );
}

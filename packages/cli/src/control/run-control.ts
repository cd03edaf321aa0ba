import { resolve } from "node:path";
import { type BuildCommand, commandBuild } from "@ccb/builder";
import { exitCodes } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";

/** `ccb pause` and `ccb stop`: leaves a command for the process that builds in a directory and prints its answer. */
export async function runControl(call: {
  command: BuildCommand;
  directory: string;
  flags: { json?: boolean };
  terminal: Terminal;
}): Promise<number> {
  const { command, terminal } = call;
  const directory = resolve(terminal.cwd, call.directory);
  const answer = await commandBuild(directory, command);
  terminal.stdout.write(call.flags.json ? `${JSON.stringify({ command, directory, answer })}\n` : `${answer}\n`);
  if (command === "pause" && !call.flags.json) terminal.stdout.write(`Go on with: ccb resume ${call.directory}\n`);
  return exitCodes.done;
}

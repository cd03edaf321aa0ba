import { stat } from "node:fs/promises";
import { join } from "node:path";
import { CcbError } from "@ccb/core";
import type { SourceTree } from "../gate/gate-finding.ts";
import { type RunningService, startService } from "../process/start-service.ts";
import type { LazyCopy } from "./_project-copy.ts";
import { runCommand } from "./_run-command.ts";
import type { ServiceCheck } from "./check-service.ts";
import { planReadmeCommands, type ReadmeCommand } from "./plan-readme-commands.ts";
import { type ProductionFinding, tailOf } from "./production-report.ts";

const commandTimeoutMs = 180_000;
const readyTimeoutMs = 30_000;

interface Shell {
  cwd: string;
  /** Lines such as `export TOKEN=x`, that all later commands begin with. */
  exports: string[];
  service: RunningService | undefined;
}

/**
 * Runs the commands of README.md as written, in order, in a copy of the project. A service runs on while later commands talk to it. Two things differ from a reader's shell: the
 * service gets a free port in PORT, and the port in an address of this machine is replaced by it; curl fails where the answer is an error.
 */
export async function runReadme(options: {
  copy: LazyCopy;
  files: SourceTree;
  signal?: AbortSignal | undefined;
}): Promise<ServiceCheck> {
  const planned = planReadmeCommands(options.files);
  const runnable = planned.filter(({ kind }) => kind !== "not-run" && kind !== "change-folder" && kind !== "export");
  if (runnable.length === 0)
    return {
      status: "not-run",
      why: "README.md has no command in a shell block that can be run here",
      findings: [],
      commands: [],
    };
  const { cwd, home } = await options.copy.get();
  const shell: Shell = { cwd, exports: [], service: undefined };
  const findings: ProductionFinding[] = [];
  const commands: string[] = [];
  try {
    for (const entry of planned) {
      if (entry.kind !== "not-run") commands.push(entry.command);
      const finding = await runOne(entry, shell, { home, signal: options.signal });
      if (finding !== undefined) findings.push({ area: "readme", path: entry.path, line: entry.line, ...finding });
    }
  } finally {
    await shell.service?.stop();
  }
  const skipped = planned.filter(({ kind }) => kind === "not-run");
  const left =
    skipped.length === 0
      ? ""
      : `; not run: ${skipped.map(({ command, why }) => `${command.split("\n")[0]} (${why})`).join(", ")}`;
  return {
    status: findings.length === 0 ? "passed" : "failed",
    why: `${runnable.length} commands run${left}`,
    findings,
    commands,
  };
}

async function runOne(
  entry: ReadmeCommand,
  shell: Shell,
  options: { home: string; signal?: AbortSignal | undefined },
): Promise<{ reason: string; output?: string } | undefined> {
  switch (entry.kind) {
    case "not-run":
      return undefined;
    case "export":
      shell.exports.push(entry.command);
      return undefined;
    case "change-folder":
      return await changeFolder(entry.command, shell);
    case "server":
      return await start(entry.command, shell, options);
    default:
      return await runOther(entry, shell, options);
  }
}

async function changeFolder(command: string, shell: Shell): Promise<{ reason: string } | undefined> {
  const folder = join(
    shell.cwd,
    command
      .replace(/^cd\s+/, "")
      .replace(/["']/g, "")
      .trim(),
  );
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) return { reason: `"${command}": there is no such folder` };
  shell.cwd = folder;
  return undefined;
}

function withExports(command: string, { exports }: Shell): string {
  return [...exports, command].join("\n");
}

async function start(
  command: string,
  shell: Shell,
  { home, signal }: { home: string; signal?: AbortSignal | undefined },
): Promise<{ reason: string; output?: string } | undefined> {
  await shell.service?.stop();
  shell.service = undefined;
  try {
    const service = { command: withExports(command, shell), readyPath: "/", readyTimeoutMs };
    shell.service = await startService({ service, cwd: shell.cwd, env: { HOME: home }, signal });
    return undefined;
  } catch (error) {
    if (!CcbError.isInstance(error)) throw error;
    return {
      reason: `"${command}" did not start a service: ${error.message.slice(0, 300)}`,
      output: tailOf(String(error.details.output ?? "")),
    };
  }
}

async function runOther(
  entry: ReadmeCommand,
  shell: Shell,
  { home, signal }: { home: string; signal?: AbortSignal | undefined },
): Promise<{ reason: string; output?: string } | undefined> {
  const port = shell.service?.port;
  if (entry.kind === "client" && port === undefined)
    return { reason: `"${entry.command}" talks to a service that no command before it has started` };
  const command =
    port === undefined
      ? entry.command
      : entry.command.replace(/(localhost|127\.0\.0\.1|\[::1\]):\d{2,5}/g, `$1:${port}`);
  const result = await runCommand({
    command: withExports(command, shell),
    cwd: shell.cwd,
    env: { HOME: home },
    timeoutMs: commandTimeoutMs,
    signal,
  });
  if (result.code === 0) return undefined;
  const ending =
    result.code === undefined
      ? `was still running after ${commandTimeoutMs / 1_000} s`
      : `ended with exit code ${result.code}`;
  return { reason: `"${entry.command}" ${ending}`, output: tailOf(result.output) };
}

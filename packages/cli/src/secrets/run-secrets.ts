import { resolve } from "node:path";
import { CcbError } from "@ccb/core/errors";
import {
  type CommittedSecret,
  findSecrets,
  installSecretHook,
  type SecretFinding,
  scanCommits,
  scanStaged,
} from "@ccb/secrets";
import { readProjectFiles } from "@ccb/testing/production";
import { exitCodes } from "../exit-codes.ts";
import { createPainter } from "../render/_painter.ts";
import { formatPlural } from "../render/format.ts";
import type { Terminal } from "../terminal.ts";
import { renderHookCommand } from "./render-hook-command.ts";

export interface SecretsFlags {
  staged?: boolean;
  range?: string;
  installHook?: boolean;
  json?: boolean;
}

/** `ccb secrets`: keys, tokens and passwords in a project, in what is staged, or in commits. Exit code 0, or 5 when there are any. */
export async function runSecrets(call: {
  directory: string | undefined;
  flags: SecretsFlags;
  terminal: Terminal;
}): Promise<number> {
  const { flags, terminal } = call;
  const repository = resolve(terminal.cwd, call.directory ?? ".");
  if ([flags.staged, flags.range !== undefined, flags.installHook].filter(Boolean).length > 1) {
    throw new CcbError({
      code: "usage",
      message: "--staged, --range and --install-hook are three different things; give one of them.",
    });
  }
  if (flags.installHook === true) return await install(repository, terminal);
  const findings = await scan(repository, flags);
  if (flags.json === true) terminal.stdout.write(`${JSON.stringify({ findings }, null, 2)}\n`);
  else {
    const paint = createPainter(terminal.stdout.isTTY === true && terminal.stdout.hasColors?.() !== false);
    for (const finding of findings) {
      const commit = "commit" in finding ? `${paint.dim(finding.commit.slice(0, 7))} ` : "";
      terminal.stdout.write(
        `${commit}${paint.accent(`${finding.path}:${finding.line}`)}: ${paint.warn(finding.rule)}: ${finding.masked}, fingerprint ${finding.fingerprint}\n`,
      );
    }
    terminal.stderr.write(`${formatPlural(findings.length, "secret")} found\n`);
  }
  return findings.length > 0 ? exitCodes.acceptanceFailed : exitCodes.done;
}

async function scan(repository: string, { staged, range }: SecretsFlags): Promise<(SecretFinding | CommittedSecret)[]> {
  if (staged === true) return await scanStaged({ repository });
  if (range !== undefined) return await scanCommits({ repository, range });
  const files = await readProjectFiles(repository);
  return findSecrets(Object.entries(files).map(([path, text]) => ({ path, text })));
}

async function install(repository: string, terminal: Terminal): Promise<number> {
  const { path, keptPrevious } = await installSecretHook({ repository, command: renderHookCommand() });
  terminal.stdout.write(`Installed ${path}${keptPrevious ? "; the hook that was there runs first" : ""}\n`);
  return exitCodes.done;
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox, SandboxRun } from "./sandbox.ts";

/** One thing that a project needs before it can run. */
export interface SetupStep {
  language: "node" | "python";
  command: string;
}

/** Which of the files that matter to the set-up are there. */
export interface ProjectFiles {
  has: (path: string) => boolean;
}

/**
 * How a project is set up, by the files it has: Node by its lock file or manifest, Python in a `.venv` of its own. Without network, packages come from the cache of the sandbox's home, from
 * `file:` references, and for Python from wheels in `vendor/`. What is set up already is left alone. Pure.
 */
export function planProjectSetup({ has }: ProjectFiles, { network }: { network: boolean }): SetupStep[] {
  const steps: SetupStep[] = [];
  if (has("package.json") && !has("node_modules")) {
    const verb = has("package-lock.json") ? "ci" : "install";
    steps.push({ language: "node", command: `npm ${verb} --no-audit --no-fund${network ? "" : " --offline"}` });
  }
  const requirements = has("requirements.txt");
  if (requirements || has("pyproject.toml")) {
    if (!has(".venv")) steps.push({ language: "python", command: "python3 -m venv .venv" });
    const source = network ? "" : ` --no-index${has("vendor") ? " --find-links vendor" : ""}`;
    const what = requirements ? "-r requirements.txt" : "--no-build-isolation .";
    steps.push({
      language: "python",
      command: `.venv/bin/python -m pip install --quiet --disable-pip-version-check${source} ${what}`,
    });
  }
  return steps;
}

/** Sets a project up inside its sandbox; stops at the first step that fails. */
export async function setUpProject(options: {
  sandbox: Sandbox;
  directory: string;
  network?: boolean;
  signal?: AbortSignal;
}): Promise<{ ready: boolean; steps: (SetupStep & { run: SandboxRun })[] }> {
  const { sandbox, directory, network = false, signal } = options;
  const steps: (SetupStep & { run: SandboxRun })[] = [];
  for (const step of planProjectSetup({ has: (path) => existsSync(join(directory, path)) }, { network })) {
    const run = await sandbox.run({ command: step.command, timeoutMs: 600_000, signal });
    steps.push({ ...step, run });
    if (run.exitCode !== 0) return { ready: false, steps };
  }
  return { ready: true, steps };
}

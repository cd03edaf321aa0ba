import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Step } from "./_plan-steps.ts";

export interface StepResult {
  passed: boolean;
  /** Everything that the step printed. */
  output: string;
  durationMs: number;
}

/** A step that hangs is ended, with all that it started. */
const limitMs = 45 * 60_000;

/** Runs a step and waits for its end; never rejects. */
export function runStep(step: Step, root: string): Promise<StepResult> {
  const startedAt = performance.now();
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    const child = spawn("bash", ["-c", step.command], {
      cwd: root,
      env: environmentOf(step, root),
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const timer = setTimeout(() => {
      chunks.push(Buffer.from(`\nEnded after ${limitMs / 60_000} minutes.\n`));
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, limitMs);
    const end = (passed: boolean) => {
      clearTimeout(timer);
      resolve({ passed, output: Buffer.concat(chunks).toString(), durationMs: performance.now() - startedAt });
    };
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      end(false);
    });
    child.on("close", (code) => end(code === 0));
  });
}

/** No key, no proxy of a model, no settings of the npm that started us; a reader's path is the one from before npx added to it. */
function environmentOf(step: Step, root: string): NodeJS.ProcessEnv {
  const ours = new Map(Object.entries(process.env));
  const kept = [...ours].filter(([name]) => !/^(?:npm_|ANTHROPIC_|CLAUDE_|OPENAI_|CCB_CI_)/.test(name));
  const path = ours.get("PATH") ?? "";
  return {
    ...Object.fromEntries(kept),
    CI: "true",
    NO_COLOR: "1",
    TURBO_TELEMETRY_DISABLED: "1",
    PATH: step.as === "reader" ? (ours.get("CCB_CI_PATH") ?? path) : `${join(root, "node_modules/.bin")}:${path}`,
  };
}

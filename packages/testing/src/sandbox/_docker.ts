import { spawn } from "node:child_process";
import { homedir } from "node:os";
import { cleanEnvironment } from "../process/_clean-environment.ts";

export interface DockerAnswer {
  code: number;
  stdout: string;
  stderr: string;
}

/** The docker command line against one daemon. Failures are values. */
export type Docker = (
  words: readonly string[],
  options?: { input?: NodeJS.ReadableStream; timeoutMs?: number },
) => Promise<DockerAnswer>;

/** `host` is as in `docker --host`; default: the daemon that the command line finds by itself. */
export function createDocker(host?: string): Docker {
  return (words, { input, timeoutMs = 60_000 } = {}) =>
    new Promise((resolve) => {
      const child = spawn("docker", [...hostWords(host), ...words], {
        env: dockerEnvironment(),
        stdio: [input ? "pipe" : "ignore", "pipe", "pipe"],
        timeout: timeoutMs,
        killSignal: "SIGKILL",
      });
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
      child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
      child.once("error", (error) => resolve({ code: 127, stdout: "", stderr: error.message }));
      child.once("close", (code) =>
        resolve({
          code: code ?? 137,
          stdout: Buffer.concat(stdout).toString(),
          stderr: Buffer.concat(stderr).toString(),
        }),
      );
      if (input && child.stdin) {
        child.stdin.on("error", () => undefined); // docker gave up; its exit code says so
        input.pipe(child.stdin);
      }
    });
}

/** What the command line itself needs; which daemon it talks to is an option, not an accident of the environment. */
export function dockerEnvironment(): Record<string, string> {
  return { ...cleanEnvironment(), HOME: homedir() };
}

export function hostWords(host: string | undefined): string[] {
  return host === undefined ? [] : ["--host", host];
}

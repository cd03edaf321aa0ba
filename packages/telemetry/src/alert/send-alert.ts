import { spawn } from "node:child_process";
import type { AlertChange } from "./create-alert-watch.ts";
import type { AlertRules } from "./parse-alert-rules.ts";

export interface SendAlertOptions extends Pick<AlertRules, "webhook" | "command"> {
  alert: AlertChange;
  /** What the alert is about: build, project, directory. */
  about: Record<string, string>;
  /** Environment of the command; give none that holds a key. */
  environment: Record<string, string>;
  fetch?: typeof globalThis.fetch;
  /** Milliseconds each of the two may take; default 5,000. */
  limitMs?: number;
}

/**
 * Tells of an alert by webhook and command. Resolves with what went wrong, a sentence each: an alert that cannot be delivered must not end a build. The JSON is `{ alert, state, value,
 * threshold, subject?, message, text, …about }`; `text` is what chat services show.
 */
export async function sendAlert(options: SendAlertOptions): Promise<string[]> {
  const { type, ...alert } = options.alert;
  const state = type === "alert-raised" ? "raised" : "cleared";
  const text = `CCB ${options.about.project ?? ""}: ${state === "raised" ? "" : "over: "}${alert.message}`;
  const body = JSON.stringify({ ...options.about, ...alert, state, text });
  const limitMs = options.limitMs ?? 5_000;
  const sent = await Promise.all([
    options.webhook === undefined ? undefined : post(options.webhook, { body, limitMs, fetch: options.fetch ?? fetch }),
    options.command === undefined
      ? undefined
      : run(options.command, { body, limitMs, environment: options.environment }),
  ]);
  return sent.filter((problem) => problem !== undefined);
}

/** The URL may hold a key, so only its host is named. */
async function post(
  url: string,
  call: { body: string; limitMs: number; fetch: typeof globalThis.fetch },
): Promise<string | undefined> {
  const { host } = new URL(url);
  try {
    const response = await call.fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: call.body,
      signal: AbortSignal.timeout(call.limitMs),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `The alert webhook at ${host} answered ${response.status}.`;
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    return `The alert webhook at ${host} could not be reached (${reason}).`;
  }
}

function run(
  command: string[],
  call: { body: string; limitMs: number; environment: Record<string, string> },
): Promise<string | undefined> {
  const [program = "", ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: call.environment,
      stdio: ["pipe", "ignore", "ignore"],
      timeout: call.limitMs,
      killSignal: "SIGKILL",
    });
    child.on("error", (error) => resolve(`The alert command ${program} could not be run (${error.message}).`));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(`The alert command ${program} ended with ${signal === null ? `exit code ${code}` : signal}.`);
    });
    // A command may well not read what it is given.
    child.stdin.on("error", () => undefined);
    child.stdin.end(call.body);
  });
}

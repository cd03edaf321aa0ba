import {
  CcbError,
  type Check,
  type Clock,
  type Evidence,
  type Observation,
  redactSecrets,
  systemClock,
} from "@ccb/core";
import { failedObservation, type Look } from "./_look.ts";
import { runCommandCheck } from "./_run-command-check.ts";
import { runFileCheck } from "./_run-file-check.ts";
import { runHttpCheck } from "./_run-http-check.ts";

/** Where and within which bounds a check runs. */
export interface CheckPlace {
  /** The project directory. */
  cwd: string;
  /** Added to PATH, HOME and LANG; nothing else reaches the checked program. */
  env?: Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
  limits?: CheckLimits | undefined;
}

/** Milliseconds. */
export interface CheckLimits {
  /** For one request of an http check; default 10000. */
  requestTimeoutMs?: number | undefined;
  /** From SIGTERM to SIGKILL when a service is stopped; default 5000. */
  stopGraceMs?: number | undefined;
}

export interface RunCheckOptions extends CheckPlace {
  criterionId: string;
  phaseId: string;
  check: Check;
  /** The commit that is checked. */
  commit?: string | undefined;
  clock?: Clock | undefined;
}

/**
 * Runs one acceptance check and returns what it saw; the only maker of evidence.
 *
 * A check that fails, and one that cannot be run (a folder that is not there, a wrong regular expression, a service that does not start), is evidence that did not
 * pass. Rejects only with the signal's reason when aborted, since then nothing has been shown either way; nothing that the check started is left running.
 */
export async function runCheck(options: RunCheckOptions): Promise<Evidence> {
  const { criterionId, phaseId, check, commit, signal, clock = systemClock } = options;
  signal?.throwIfAborted();
  const startedAt = clock.now().toISOString();
  const startedMs = clock.monotonicMs();
  const look = await lookAt(check, options);
  const passed = look.observations.length > 0 && look.observations.every((observation) => observation.passed);
  return {
    criterionId,
    phaseId,
    checkKind: check.kind,
    passed,
    summary: renderSummary(look.observations),
    observations: look.observations,
    startedAt,
    durationMs: Math.round(clock.monotonicMs() - startedMs),
    commit,
    output: redactSecrets(look.output),
  };
}

async function lookAt(check: Check, place: CheckPlace): Promise<Look> {
  try {
    switch (check.kind) {
      case "command":
        return await runCommandCheck(check, place);
      case "file":
        return await runFileCheck(check, place);
      case "http":
        return await runHttpCheck(check, place);
    }
  } catch (error) {
    if (!CcbError.isInstance(error)) throw error;
    const output = typeof error.details.output === "string" ? error.details.output : "";
    return { observations: [failedObservation("the check", "can be run", error.message)], output };
  }
}

/** One line: the first thing that was not as expected, or the first that was. */
function renderSummary(observations: readonly Observation[]): string {
  const failed = observations.filter((observation) => !observation.passed);
  const first = failed[0] ?? observations[0];
  if (!first) return "Nothing was looked at.";
  const others = failed.length > 0 ? failed.length - 1 : observations.length - 1;
  const line =
    failed.length > 0
      ? `${first.what}: expected ${first.expected}, received ${first.received}`
      : `${first.what}: ${first.received}, as expected`;
  const more =
    others === 0 ? "" : failed.length > 0 ? ` (and ${others} more not as expected)` : ` (and ${others} more)`;
  return `${line}${more}`.replaceAll(/\s+/g, " ").trim();
}

import type { Observation } from "@ccb/core";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** Where and within which bounds a check runs. */
export interface CheckPlace {
  /** The project directory. */
  cwd: string;
  /** Added to PATH, HOME and LANG; nothing else reaches the checked program. */
  env?: Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
  limits?: CheckLimits | undefined;
  /** Where what the check starts runs; default: directly on this machine. */
  sandbox?: Sandbox | undefined;
  /** Kinds that the user added, for checks of kind "custom". */
  kinds?: readonly AnyCheckKind[] | undefined;
}

/** Milliseconds, but for the browser. */
export interface CheckLimits {
  /** For one request of an http check; default 10000. */
  requestTimeoutMs?: number | undefined;
  /** From SIGTERM to SIGKILL when a service is stopped; default 5000. */
  stopGraceMs?: number | undefined;
  /** Path of a Chromium; default: the first found in the usual places. */
  chromium?: string | undefined;
}

/** What looking at one check gave. */
export interface Look {
  observations: Observation[];
  /** Output of the command or of the service. */
  output: string;
}

/**
 * A kind of check. A check passes when it has observations and all of them passed; nothing else can make it pass.
 *
 * `run` rejects with the signal's reason when aborted, and with a CcbError when the check cannot be run, which counts as failed. It leaves nothing running.
 */
export interface CheckKind<Input> {
  /** As checks name it: lower-case letters, digits and hyphens. */
  name: string;
  /** Greater whenever the same input may come to another verdict; kept with the evidence. */
  version: number;
  /** One sentence for people and for the model that writes criteria. */
  description: string;
  /** An input that it takes, for the model that writes criteria. */
  example?: Input;
  /** The input in its type; throws for input that is not of this kind. `schema.parse` of zod will do. */
  parse(input: unknown): Input;
  run(input: Input, place: CheckPlace): Promise<Look>;
  /** True for a check that may change the project directory, so that no other may run beside it; default: false. */
  isExclusive?(input: Input): boolean;
}

// The methods above take their input bivariantly, so that kinds of different inputs fit into one list.
export type AnyCheckKind = CheckKind<unknown>;

/** A kind of check of one's own; criteria name it with `{ kind: "custom", use: name, input }`. */
export function defineCheckKind<Input>(kind: CheckKind<Input>): CheckKind<Input> {
  return kind;
}

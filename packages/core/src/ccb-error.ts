const marker: unique symbol = Symbol.for("@ccb/core/CcbError");

/**
 * What went wrong, in one word that programs may switch on.
 *
 * `usage` and `bad-input` are the caller's to mend; `no-credentials`, `budget-reached`, `acceptance-failed`, `stopped` and
 * `locked` are expected endings of a build with an exit code of their own; the rest are failures.
 */
export type CcbErrorCode =
  | "usage"
  | "bad-input"
  | "no-credentials"
  | "budget-reached"
  | "acceptance-failed"
  | "stopped"
  | "locked"
  | "model-failed"
  | "model-answer-invalid"
  | "task-failed"
  | "mcp-failed"
  | "gateway-failed"
  | "store-failed"
  | "io-failed"
  | "unexpected";

export interface CcbErrorOptions {
  code: CcbErrorCode;
  /** What happened, what was expected and what was received, in one or two sentences. */
  message: string;
  /** What the reader can do now; printed on a line of its own. */
  hint?: string;
  /** Data for logs and programs; must not hold secrets. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** The one error class of CCB; compare with {@link CcbError.isInstance}, never with `instanceof`. */
export class CcbError extends Error {
  readonly code: CcbErrorCode;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown>;
  readonly [marker] = true;

  constructor(options: CcbErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CcbError";
    this.code = options.code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  /** True for a CcbError of any copy of this package (a `Symbol.for` marker, not the prototype chain). */
  static isInstance(value: unknown): value is CcbError {
    return typeof value === "object" && value !== null && marker in value;
  }
}

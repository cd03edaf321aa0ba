import { CcbError } from "@ccb/core";

/** How one try of a call failed. `retryAfterMs` is what the server asked for; `partial` calls were begun and cost something. */
export interface CallFailure {
  kind: "status" | "connection" | "cut" | "stalled" | "stream-error";
  status: number | undefined;
  /** The API's error type ("overloaded_error"), where there is one. */
  type: string | undefined;
  message: string;
  retryAfterMs: number | undefined;
  /** What the server says of retrying itself (`x-should-retry`). */
  shouldRetry: boolean | undefined;
  cause: unknown;
}

const transientTypes = new Set(["overloaded_error", "api_error", "rate_limit_error", "timeout_error"]);

/** True for failures that another try can mend. */
export function isTransient(failure: CallFailure): boolean {
  if (failure.shouldRetry !== undefined) return failure.shouldRetry;
  if (failure.kind === "stream-error") return failure.type === undefined || transientTypes.has(failure.type);
  if (failure.kind !== "status") return true;
  const status = failure.status ?? 0;
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/** The error a caller sees: by cause, with what was received and what to do. */
export function explainFailure(failure: CallFailure, call: { model: string; url: string; tries: number }): CcbError {
  const said = failure.message === "" ? "" : ` It said: ${failure.message.slice(0, 500)}`;
  const details = {
    status: failure.status,
    type: failure.type,
    kind: failure.kind,
    tries: call.tries,
    model: call.model,
  };
  const make = (code: "no-credentials" | "budget-reached" | "model-failed", message: string, hint: string) =>
    new CcbError({ code, message, hint, details, cause: failure.cause });
  const { status } = failure;
  if (status === 401) {
    const message = `The model server at ${call.url} does not accept the credentials (401).${said}`;
    return make("no-credentials", message, "Check the API key (ANTHROPIC_API_KEY) and that it belongs to this server.");
  }
  if (status === 403 && failure.message.startsWith("CCB budget reached")) {
    return make(
      "budget-reached",
      failure.message,
      "Raise the cap (--max-cost) and resume; nothing was spent on this call.",
    );
  }
  const message = `${describe(failure, call)}${said}`;
  return make("model-failed", message, hintFor(failure, call));
}

function describe(failure: CallFailure, call: { model: string; url: string; tries: number }): string {
  const tries = call.tries === 1 ? "1 try" : `${call.tries} tries`;
  switch (failure.kind) {
    case "status":
      return `The model server at ${call.url} answered ${failure.status} for ${call.model} (${tries}).`;
    case "connection":
      return `The model server at ${call.url} could not be reached (${tries}).`;
    case "cut":
      return `The answer of ${call.model} broke off before its end (${tries}).`;
    case "stalled":
      return `The model server at ${call.url} went silent in the middle of a call (${tries}).`;
    case "stream-error":
      return `The model server at ${call.url} reported ${failure.type ?? "an error"} in the middle of its answer (${tries}).`;
  }
}

function hintFor(failure: CallFailure, call: { model: string }): string {
  const { status, message } = failure;
  if (status === 413 || /prompt is too long|too many tokens|context window|exceed.{0,40}context/i.test(message)) {
    return `The prompt does not fit ${call.model}. Use a model with a larger window, or a smaller context budget.`;
  }
  if (/credit balance|billing/i.test(message))
    return "Add credit to the account, then run again; finished work is kept.";
  if (status === 404) return `Check that the model "${call.model}" exists on this server, and the base URL.`;
  if (status === 403) return `The credentials may not use ${call.model}, or the server refuses this client.`;
  if (status === 429) {
    const asked =
      failure.retryAfterMs === undefined ? "" : ` The server asks to wait ${Math.ceil(failure.retryAfterMs / 1000)} s.`;
    return `The rate limit is reached.${asked} Run again later, or use another model; finished work is kept.`;
  }
  if (status === 400)
    return "The server refused the request as malformed; a server that is only partly compatible answers so.";
  return "Check the connection and the server's status page, then run again; finished work is kept.";
}

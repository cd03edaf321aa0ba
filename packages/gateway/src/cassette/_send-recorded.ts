import type { ServerResponse } from "node:http";
import type { RecordedExchange } from "./cassette.ts";

/** Answers as it was answered: whole, broken off where the server broke off, without an end where the client left. */
export function sendRecorded(response: ServerResponse, exchange: RecordedExchange): void {
  const { status, headers, end, body } = exchange;
  if (end === "none" || status === undefined) {
    response.destroy();
    return;
  }
  const { "retry-after": wait, ...others } = headers;
  // Nobody has to wait for a limit that is not there.
  response.writeHead(status, { ...others, ...(wait === undefined ? {} : { "retry-after": "0" }) });
  const isStream = /^text\/event-stream/i.test(headers["content-type"] ?? "");
  if (end === "whole") response.end(isStream ? withLastLineEnd(body) : body);
  else response.write(body, () => end === "cut" && response.destroy());
}

/** The recording ends with the last event, which the empty line after it ends. */
function withLastLineEnd(body: string): string {
  return /\n\r?\n$/.test(body) ? body : `${body.trimEnd()}\n\n`;
}

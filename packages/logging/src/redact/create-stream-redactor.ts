import { createRedactor } from "./create-redactor.ts";

/** Redaction of text that comes in pieces. */
export interface StreamRedactor {
  /** Takes the next piece and returns what is safe to pass on, secrets blanked; it may be empty or hold earlier pieces. */
  write(text: string): string;
  /** What was held back. */
  end(): string;
}

/** Longer than any form of a key that is known (a private key of 8 KB in a JSON string). */
const holdBack = 16_384;
const keyStart = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/g;
const keyEnd = /-----END [A-Z ]{0,30}PRIVATE KEY-----/;

/**
 * Blanks secrets in a stream, also one that is split over pieces.
 *
 * Whole lines are passed on at once; what follows the last line end is held back until its line is complete, or until it is longer than 16 KiB twice over. A private key is
 * held back until its end has come; one that the stream cuts off is blanked from its first line. Secrets of more than 16 KiB may pass.
 */
export function createStreamRedactor(
  options: { redact?: ((text: string) => string) | undefined } = {},
): StreamRedactor {
  const { redact = createRedactor() } = options;
  let held = "";
  return {
    write(text) {
      held += text;
      if (!text.includes("\n") && held.length < 2 * holdBack) return "";
      const cut = findCut(held, redact);
      const safe = redact(held.slice(0, cut));
      held = held.slice(cut);
      return safe;
    },
    end() {
      const open = findOpenKey(held, held.length);
      const rest = open === undefined ? redact(held) : `${redact(held.slice(0, open))}[REDACTED]`;
      held = "";
      return rest;
    },
  };
}

/** The last place where the text may be cut without cutting a secret. */
function findCut(text: string, redact: (text: string) => string): number {
  let cut = text.lastIndexOf("\n") + 1;
  for (;;) {
    const open = findOpenKey(text, cut);
    if (open === undefined) break;
    cut = text.lastIndexOf("\n", open) + 1;
  }
  if (cut > 0 || text.length < 2 * holdBack) return cut;
  // One long line: everything that begins before the first try has ended by now; step back out of a secret that crosses the cut.
  const whole = redact(text);
  for (let tried = text.length - holdBack; tried > 0; tried -= 256) {
    if (redact(text.slice(0, tried)) + redact(text.slice(tried)) === whole) return tried;
  }
  return 0;
}

/** Where a private key begins whose end is not before `end`: the one form that goes over lines. Further back than a key is long there is none. */
function findOpenKey(text: string, end: number): number | undefined {
  const from = Math.max(0, text.length - holdBack);
  const start = [...text.slice(from, end).matchAll(keyStart)].at(-1)?.index;
  return start === undefined || keyEnd.test(text.slice(from + start, end)) ? undefined : from + start;
}

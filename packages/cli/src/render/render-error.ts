import { styleText } from "node:util";
import { CcbError } from "@ccb/core/errors";

/** An error as text for people: what happened, then what to do. A stack only for what is no CcbError, since that is a bug of ours. */
export function renderError(error: unknown, options: { color: boolean }): string {
  const red = (text: string) => (options.color ? styleText("red", text, { validateStream: false }) : text);
  if (CcbError.isInstance(error)) {
    return `${red("error:")} ${error.message}\n${error.hint ? `${error.hint}\n` : ""}`;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${red("error:")} This is a bug in CCB; please report it with the lines below.\n${text}\n`;
}

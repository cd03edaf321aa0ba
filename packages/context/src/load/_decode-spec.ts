import { CcbError } from "@ccb/core/errors";

/** Decodes a file as UTF-8, a byte order mark removed; throws a `CcbError` (`bad-input`) for anything else. */
export function decodeSpec(path: string, bytes: Uint8Array): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw notText(path, { what: "it is UTF-16", hint: "Save it as UTF-8." });
  }
  if (bytes.subarray(0, 65_536).includes(0))
    throw notText(path, {
      what: "it is binary",
      hint: "Name a text file: Markdown, plain text, reStructuredText or AsciiDoc.",
    });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw notText(path, { what: "it is not valid UTF-8", hint: "Save it as UTF-8.", cause });
  }
}

function notText(path: string, trouble: { what: string; hint: string; cause?: unknown }): CcbError {
  const { what, hint, cause } = trouble;
  return new CcbError({
    code: "bad-input",
    message: `The specification ${path} cannot be read as text: ${what}.`,
    hint,
    cause,
  });
}

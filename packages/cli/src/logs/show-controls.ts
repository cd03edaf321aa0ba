/** Control characters as escapes, so that what a model or a program wrote cannot paint the terminal; line ends and tabs stay where `multiline` says so. */
export function showControls(text: string, options: { multiline?: boolean } = {}): string {
  let shown = "";
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0;
    const isControl = code < 32 || (code >= 127 && code < 160) || code === 0x2028 || code === 0x2029;
    if (!isControl || (options.multiline && (sign === "\n" || sign === "\t"))) shown += sign;
    else shown += `\\u${code.toString(16).padStart(4, "0")}`;
  }
  return shown;
}

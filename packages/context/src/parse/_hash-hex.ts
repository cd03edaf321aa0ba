/** SHA-256 of a text, hexadecimal. The module is fetched on the first call: loading it takes longer than all of this package. */
export function hashHex(text: string): string {
  return process.getBuiltinModule("node:crypto").hash("sha256", text);
}

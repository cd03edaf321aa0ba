/** The environment variable with the passphrase of encrypted sessions; not on the command line, which other users of the machine can read. */
export const passphraseVariable = "CLAUDE_CODE_BUILDER_SESSION_KEY";

/** The passphrase as the builder takes it; nothing where none is set. */
export function readSessionPassphrase(environment: Record<string, string>): { sessionPassphrase?: string } {
  const passphrase = environment[passphraseVariable] ?? "";
  return passphrase.trim() === "" ? {} : { sessionPassphrase: passphrase };
}

export { findSecrets } from "./find-secrets.ts";
export { type InstalledHook, type InstallSecretHookOptions, installSecretHook } from "./install-secret-hook.ts";
export { parseAddedLines } from "./parse-added-lines.ts";
export { type CommittedSecret, scanCommits, scanStaged } from "./scan-git.ts";
export type { NamedText, SecretFinding } from "./secret-finding.ts";

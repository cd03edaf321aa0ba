import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CcbError, type TestEnvironment, testEnvironmentSchema } from "@ccb/core";
import type { AnyCheckKind, CreateSandboxOptions, SandboxKind } from "@ccb/testing";
import type { Terminal } from "../terminal.ts";
import { askForLocal } from "./ask-for-local.ts";

/** The flags that say where and with what checks run; those of `ccb init`, `ccb resume` and `ccb test`. */
export interface CheckPlaceFlags {
  sandbox?: SandboxKind | "auto" | "none";
  network?: boolean;
  environment?: string;
  checkKinds?: string;
  yes?: boolean;
}

/** The same as the libraries take it. */
export interface CheckPlaceOptions {
  sandbox?: Omit<CreateSandboxOptions, "directory" | "stateDirectory">;
  testEnvironment?: TestEnvironment;
  kinds?: readonly AnyCheckKind[];
}

/** Reads what the flags name. CcbError `bad-input` for a file that cannot be used. `ask` is called with the question whether programs may run without isolation. */
export async function readCheckPlace(
  flags: CheckPlaceFlags,
  context: { terminal: Terminal; ask?: (question: () => Promise<boolean>) => Promise<boolean> },
): Promise<CheckPlaceOptions> {
  const { terminal, ask = (question) => question() } = context;
  const testEnvironment = await readEnvironment(flags.environment, terminal);
  const kinds = await loadKinds(flags.checkKinds, terminal);
  const isInSandbox = flags.sandbox !== undefined && flags.sandbox !== "none";
  return {
    ...(isInSandbox ? { sandbox: planSandbox(flags, terminal, ask) } : {}),
    ...(testEnvironment === undefined ? {} : { testEnvironment }),
    ...(kinds === undefined ? {} : { kinds }),
  };
}

function planSandbox(
  flags: CheckPlaceFlags,
  terminal: Terminal,
  ask: (question: () => Promise<boolean>) => Promise<boolean>,
): Omit<CreateSandboxOptions, "directory" | "stateDirectory"> {
  const host = terminal.environment.DOCKER_HOST;
  return {
    ...(flags.sandbox === "auto" || flags.sandbox === "none" ? {} : { kind: flags.sandbox }),
    network: flags.network ?? false,
    ...(host === undefined ? {} : { docker: { host } }),
    onLocal: (question) => ask(() => askForLocal(question, { yes: flags.yes ?? false, terminal })),
  };
}

async function readEnvironment(file: string | undefined, terminal: Terminal): Promise<TestEnvironment | undefined> {
  if (file === undefined) return undefined;
  const { parse } = await import("yaml");
  try {
    return testEnvironmentSchema.parse(parse(await readFile(resolve(terminal.cwd, file), "utf8")));
  } catch (cause) {
    const message = `The environment ${file} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`;
    const hint = 'An example: {"services":[{"use":"postgres","seed":["schema.sql"]}]}';
    throw new CcbError({ code: "bad-input", message, hint, cause });
  }
}

/** The default export of a module: a list of what `defineCheckKind` of @ccb/testing gives. */
async function loadKinds(file: string | undefined, terminal: Terminal): Promise<AnyCheckKind[] | undefined> {
  if (file === undefined) return undefined;
  const hint =
    "It exports a list as default: export default [defineCheckKind({ name, version, description, parse, run })];";
  let held: unknown;
  try {
    held = ((await import(pathToFileURL(resolve(terminal.cwd, file)).href)) as { default?: unknown }).default;
  } catch (cause) {
    const message = `The check kinds ${file} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new CcbError({ code: "bad-input", message, hint, cause });
  }
  if (Array.isArray(held) && held.length > 0 && held.every(isCheckKind)) return held;
  throw new CcbError({ code: "bad-input", message: `The default export of ${file} is no list of check kinds.`, hint });
}

function isCheckKind(value: unknown): value is AnyCheckKind {
  if (typeof value !== "object" || value === null) return false;
  const { name, version, description, parse, run } = value as Partial<AnyCheckKind>;
  return (
    typeof name === "string" &&
    /^[a-z0-9-]+$/.test(name) &&
    typeof version === "number" &&
    typeof description === "string" &&
    typeof parse === "function" &&
    typeof run === "function"
  );
}

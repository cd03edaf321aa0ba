import { type Check, criterionSchema } from "@ccb/core";
import { runBrowserCheck } from "./_run-browser-check.ts";
import { runCommandCheck } from "./_run-command-check.ts";
import { runFileCheck } from "./_run-file-check.ts";
import { runHttpCheck } from "./_run-http-check.ts";
import { runLoadCheck } from "./_run-load-check.ts";
import { runScriptCheck } from "./_run-script-check.ts";
import { runSecurityCheck } from "./_run-security-check.ts";
import { runSqlCheck } from "./_run-sql-check.ts";
import type { AnyCheckKind, CheckKind } from "./check-kind.ts";

type BuiltInName = Exclude<Check["kind"], "custom">;
type CheckOf<Name extends BuiltInName> = Extract<Check, { kind: Name }>;
type Registry = { [Name in BuiltInName]: CheckKind<CheckOf<Name>> };

const registry: Registry = {
  command: define("command", {
    description: "runs a shell command in the project directory and looks at its exit code and stdout",
    run: runCommandCheck,
    isExclusive: () => true,
  }),
  file: define("file", { description: "looks at a file of the project", run: runFileCheck }),
  http: define("http", { description: "starts the service and sends it requests in order", run: runHttpCheck }),
  sql: define("sql", {
    description: "looks into a database, after requests to the service where there are any",
    run: runSqlCheck,
  }),
  browser: define("browser", {
    description: "uses the service's pages as a visitor does, in headless Chromium",
    run: runBrowserCheck,
  }),
  load: define("load", {
    description: "sends requests from many clients at once and measures latency, errors and throughput",
    run: runLoadCheck,
    // A measurement beside other checks would measure them too.
    isExclusive: () => true,
  }),
  security: define("security", {
    description: "looks at headers, tries hostile inputs, and searches answers for secrets",
    run: runSecurityCheck,
  }),
  script: define("script", {
    description: "runs a program that is part of the check, beside the service where there is one",
    run: runScriptCheck,
    isExclusive: () => true,
  }),
};

/** The kinds that every CCB has, by name. */
export const builtInCheckKinds: readonly AnyCheckKind[] = Object.values(registry);

/** The kind of a check with what it takes; undefined for a custom kind that is not in the list. */
export function findCheckKind(
  check: Check,
  kinds: readonly AnyCheckKind[] = [],
): { kind: AnyCheckKind; input: unknown; name: string } | undefined {
  if (check.kind !== "custom") return { kind: registry[check.kind], input: check, name: check.kind };
  const kind = kinds.find(({ name }) => name === check.use);
  return kind && { kind, input: check.input, name: `custom:${kind.name}` };
}

/** True for a check that nothing may run beside. */
export function isExclusiveCheck(check: Check, kinds: readonly AnyCheckKind[] = []): boolean {
  const found = findCheckKind(check, kinds);
  if (!found?.kind.isExclusive) return false;
  try {
    return found.kind.isExclusive(found.kind.parse(found.input));
  } catch {
    return false; // running it will say what is wrong with it
  }
}

function define<Name extends BuiltInName>(
  name: Name,
  kind: Pick<CheckKind<CheckOf<Name>>, "description" | "run"> & { isExclusive?: () => boolean },
): CheckKind<CheckOf<Name>> {
  return {
    name,
    version: 1,
    parse(input) {
      const check = criterionSchema.shape.check.parse(input);
      if (check?.kind !== name) throw new TypeError(`A check of kind "${name}" was expected, received ${check?.kind}.`);
      return check as CheckOf<Name>;
    },
    ...kind,
  };
}

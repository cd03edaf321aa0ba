/** The house's numbers (ARCHITECTURE.md, "House rules that are checks"), in one place. */

/** Floor of every package; a package imports only from floors below its own. */
export const floors: Readonly<Record<string, number>> = {
  core: 0,
  store: 0,
  context: 1,
  models: 1,
  agents: 1,
  "claude-code": 1,
  mcp: 1,
  gateway: 1,
  logging: 1,
  cost: 1,
  testing: 1,
  secrets: 1,
  telemetry: 1,
  config: 1,
  builder: 2,
  offline: 2,
  cluster: 2,
  cli: 3,
  server: 3,
};

/** The one import on the same floor: the store throws core's error. */
export const allowedSideways: ReadonlySet<string> = new Set(["store → core"]);

/** The floor on which argv, env, console and process exit live. */
export const frontendFloor = 3;

export const fileLines = { p90: 250, most: 400 };
export const functionLines = 80;
export const parameterCount = 3;

/** Values (not types) that a package exports from its root, and lines of its index.ts. */
export const rootExports = { values: 12, lines: 30 };

/** The two packages that are vocabularies: more values, and as many more lines to name them. */
export const largeRootExports = { values: 25, lines: 60 };
export const packagesWithLargeRoot: ReadonlySet<string> = new Set(["core", "testing"]);

/** Named seams: files that may use `any` or silence a check, with how often. */
export const allowedEscapes: Readonly<Record<string, number>> = {};

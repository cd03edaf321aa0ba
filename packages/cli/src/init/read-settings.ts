import { CcbError } from "@ccb/core/errors";
import { type Credentials, readCredentials } from "../config/read-credentials.ts";
import type { InitFlags } from "./init-flags.ts";

/** Where the model calls go and with which credentials. */
export type ModelSource = ({ kind: "server"; baseUrl: string } & Credentials) | { kind: "offline" };

/** Flags and environment joined: flags win, then the environment, then defaults. */
export interface InitSettings {
  source: ModelSource;
  maxCostUsd: number;
  taskTimeoutMs: number | undefined;
  /** 0 quiet (warnings and the end only), 1 normal, 2 session activity, 3 every model call. */
  verbosity: number;
}

const defaultBaseUrl = "https://api.anthropic.com";
const defaultMaxCostUsd = 100;

/**
 * Reads what the environment adds to the flags. CcbError `usage` for a malformed or contradicting value, `no-credentials` where a key is needed and none is
 * there.
 */
export function readSettings(flags: InitFlags, environment: Record<string, string>): InitSettings {
  if (flags.offline && (flags.model !== undefined || flags.baseUrl !== undefined)) {
    throw new CcbError({
      code: "usage",
      message: `--offline uses CCB's own rule-based model; it cannot be combined with ${flags.model === undefined ? "--base-url" : "--model"}.`,
      hint: "Leave one of the two out.",
    });
  }
  const maxCostUsd =
    flags.maxCost ?? readNumber(environment, "CLAUDE_BUILD_MAX_COST", "US dollars") ?? defaultMaxCostUsd;
  if (!(maxCostUsd > 0)) {
    throw new CcbError({
      code: "usage",
      message: `The cost cap must be above 0 US dollars; received ${maxCostUsd}.`,
      hint: "Use --dry-run to plan without spending, or --offline to build without a paid model.",
    });
  }
  const seconds = readNumber(environment, "CLAUDE_BUILD_TIMEOUT", "seconds");
  if (seconds !== undefined && seconds < 1)
    throw malformed("CLAUDE_BUILD_TIMEOUT", "at least 1 second", String(seconds));
  return {
    source: flags.offline || flags.dryRun ? { kind: "offline" } : readServer(flags, environment),
    maxCostUsd,
    taskTimeoutMs: seconds === undefined ? undefined : Math.round(seconds * 1000),
    verbosity: readVerbosity(flags, environment),
  };
}

function readServer(flags: InitFlags, environment: Record<string, string>): ModelSource {
  const baseUrl = flags.baseUrl ?? nonEmpty(environment.ANTHROPIC_BASE_URL) ?? defaultBaseUrl;
  checkUrl(baseUrl, flags.baseUrl === undefined ? "ANTHROPIC_BASE_URL" : "--base-url");
  const credentials = readCredentials(environment);
  const { apiKey, authToken } = credentials;
  // A server named on the command line may need no key; Anthropic's own does.
  if (apiKey === undefined && authToken === undefined && flags.baseUrl === undefined) throw noCredentials();
  return { kind: "server", baseUrl, ...credentials };
}

function noCredentials(): CcbError {
  return new CcbError({
    code: "no-credentials",
    message:
      "There is no API key: neither ANTHROPIC_API_KEY nor CLAUDE_CODE_BUILDER_ANTHROPIC_API_KEY nor ANTHROPIC_AUTH_TOKEN is set.",
    hint: [
      "One of these goes on from here:",
      "  export ANTHROPIC_API_KEY=…        use Anthropic's API",
      "  --base-url http://localhost:8080  use a local or compatible server",
      "  --offline                         build with the local rule-based model (no key, no network)",
      "  --dry-run                         only plan; spends nothing",
    ].join("\n"),
  });
}

function readVerbosity(flags: InitFlags, environment: Record<string, string>): number {
  if (flags.verbose > 0) return Math.min(3, 1 + flags.verbose);
  const level = nonEmpty(environment.CLAUDE_BUILD_LOG_LEVEL);
  if (level === undefined) return 1;
  const known: Record<string, number> = { error: 0, warn: 0, info: 1, debug: 3 };
  const verbosity = known[level.toLowerCase()];
  if (verbosity === undefined) throw malformed("CLAUDE_BUILD_LOG_LEVEL", "error, warn, info or debug", level);
  return verbosity;
}

function readNumber(environment: Record<string, string>, name: string, unit: string): number | undefined {
  const text = nonEmpty(environment[name]);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) throw malformed(name, `a number of ${unit}`, text);
  return value;
}

function malformed(name: string, expected: string, received: string): CcbError {
  return new CcbError({
    code: "usage",
    message: `The environment variable ${name} must be ${expected}; received ${JSON.stringify(received)}.`,
    hint: `Set it right or unset it: unset ${name}`,
  });
}

function checkUrl(url: string, origin: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && (parsed.protocol === "http:" || parsed.protocol === "https:")) return;
  throw new CcbError({
    code: "usage",
    message: `${origin} must be an http or https URL; received ${JSON.stringify(url)}.`,
    hint: "For example: http://localhost:8080",
  });
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value.trim();
}

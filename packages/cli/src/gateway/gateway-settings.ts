import { resolve } from "node:path";
import { CcbError } from "@ccb/core";
import type { GatewayRoute, GatewayUpstream } from "@ccb/gateway";

export interface GatewayFlags {
  upstream?: string;
  route?: string[];
  maxCost?: number;
  maxCostPerDay?: number;
  port?: number;
  logDir?: string;
  db?: string;
  prices?: string;
  json?: boolean;
}

/** Flags and environment joined: flags win, then the environment, then defaults. */
export interface GatewaySettings {
  upstream: GatewayUpstream;
  routes: GatewayRoute[];
  /** True where the key is CCB's to hold; otherwise the client's own credentials go through. */
  holdsKey: boolean;
  /** Undefined for no cap. */
  capMicroUsd: number | undefined;
  dayCapMicroUsd: number | undefined;
  port: number;
  logDirectory: string;
  database: string;
  /** What must not be written to the log. */
  secrets: string[];
}

/** Reads what the environment adds to the flags. CcbError `usage` for a malformed value. */
export function readGatewaySettings(
  flags: GatewayFlags,
  from: { environment: Record<string, string>; cwd: string },
): GatewaySettings {
  const { environment, cwd } = from;
  const baseUrl = flags.upstream ?? nonEmpty(environment.ANTHROPIC_BASE_URL) ?? "https://api.anthropic.com";
  const apiKey = nonEmpty(environment.CLAUDE_CODE_BUILDER_ANTHROPIC_API_KEY) ?? nonEmpty(environment.ANTHROPIC_API_KEY);
  const authToken = nonEmpty(environment.ANTHROPIC_AUTH_TOKEN);
  const routes = (flags.route ?? []).map((text) => readRoute(text, environment));
  const upstreams = [{ baseUrl, apiKey, authToken, passCredentials: true }, ...routes.map(({ upstream }) => upstream)];
  return {
    upstream: { baseUrl, apiKey, authToken, passCredentials: true },
    routes,
    holdsKey: apiKey !== undefined || authToken !== undefined,
    capMicroUsd: toMicroUsd(flags.maxCost, "--max-cost"),
    dayCapMicroUsd: toMicroUsd(flags.maxCostPerDay, "--max-cost-per-day"),
    port: flags.port ?? 0,
    logDirectory: resolve(cwd, flags.logDir ?? "ccb-gateway/api_calls"),
    database: resolve(cwd, flags.db ?? "ccb-gateway/costs.db"),
    secrets: upstreams.flatMap((one) => [one.apiKey, one.authToken].filter((secret) => secret !== undefined)),
  };
}

/** "kimi-*,moonshot-*=https://api.moonshot.ai/anthropic@MOONSHOT_API_KEY": models, server, and the variable that holds its key. */
function readRoute(text: string, environment: Record<string, string>): GatewayRoute {
  const [, models = "", baseUrl = "", variable] = /^([^=]+)=(https?:\/\/[^@]+)(?:@([A-Za-z_]\w*))?$/.exec(text) ?? [];
  if (baseUrl === "") {
    throw new CcbError({
      code: "usage",
      message: `--route must be MODELS=URL or MODELS=URL@VARIABLE; received ${JSON.stringify(text)}.`,
      hint: "For example: --route 'kimi-*=https://api.moonshot.ai/anthropic@MOONSHOT_API_KEY'",
    });
  }
  const apiKey = variable === undefined ? undefined : nonEmpty(environment[variable]);
  if (variable !== undefined && apiKey === undefined) {
    throw new CcbError({
      code: "no-credentials",
      message: `--route names the environment variable ${variable} for the key of ${baseUrl}, and it is not set.`,
      hint: `export ${variable}=…`,
    });
  }
  return { models: models.split(",").map((model) => model.trim()), upstream: { baseUrl, apiKey } };
}

function toMicroUsd(usd: number | undefined, flag: string): number | undefined {
  if (usd === undefined) return undefined;
  if (usd > 0 && usd < 1e9) return Math.round(usd * 1_000_000);
  throw new CcbError({
    code: "usage",
    message: `${flag} must be above 0 US dollars; received ${usd}.`,
    hint: `Leave ${flag} out for no cap.`,
  });
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value.trim();
}

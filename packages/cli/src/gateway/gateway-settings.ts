import { resolve } from "node:path";
import { CcbError } from "@ccb/core";
import type { GatewayRoute, GatewayUpstream } from "@ccb/gateway";
import { type RunConfig, readConfig } from "../config/read-config.ts";
import { readCredentials } from "../config/read-credentials.ts";
import type { RunFlags } from "../config/run-flags.ts";

export interface GatewayFlags extends RunFlags {
  upstream?: string;
  maxCost?: number;
  maxCostPerDay?: number;
  port?: number;
  logDir?: string;
  db?: string;
  json?: boolean;
}

/** Flags and environment joined: flags win, then the environment, then defaults. */
export interface GatewaySettings {
  upstream: GatewayUpstream;
  config: RunConfig;
  routes: GatewayRoute[];
  /** True where the key is CCB's to hold; otherwise the client's own credentials go through. */
  holdsKey: boolean;
  /** Undefined for no cap. */
  capMicroUsd: number | undefined;
  dayCapMicroUsd: number | undefined;
  port: number;
  logDirectory: string;
  database: string;
  /** Hash-chained log of the keys that were used; beside the ledger. */
  auditLog: string;
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
  const credentials = readCredentials(environment);
  const { apiKey, authToken } = credentials;
  const upstream = { baseUrl, ...credentials, passCredentials: true };
  const config = readConfig(flags, from);
  const { routes } = config;
  const upstreams = [upstream, ...routes.map((route) => route.upstream)];
  const database = resolve(cwd, flags.db ?? "ccb-gateway/costs.db");
  return {
    upstream,
    config,
    routes,
    holdsKey: apiKey !== undefined || authToken !== undefined,
    capMicroUsd: toMicroUsd(flags.maxCost, "--max-cost"),
    dayCapMicroUsd: toMicroUsd(flags.maxCostPerDay, "--max-cost-per-day"),
    port: flags.port ?? 0,
    logDirectory: resolve(cwd, flags.logDir ?? "ccb-gateway/api_calls"),
    database,
    auditLog: `${database.replace(/\.[^./\\]+$/, "")}.audit.jsonl`,
    secrets: upstreams.flatMap((one) => [one.apiKey, one.authToken].filter((secret) => secret !== undefined)),
  };
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

import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { ConfinementOptions } from "@ccb/builder";
import { CcbError } from "@ccb/core/errors";
import { createPriceTable, type PriceTable, parsePriceOverrides } from "@ccb/cost";
import type { GatewayRoute } from "@ccb/gateway";
import { type AlertRules, parseAlertRules } from "@ccb/telemetry";
import { parse } from "yaml";
import { z } from "zod";
import { readPrices } from "../cost/read-prices.ts";
import { readRoute } from "./read-route.ts";
import type { ConfineFlags, LogFlags, RunFlags } from "./run-flags.ts";

const names = ["ccb.config.yaml", "ccb.config.yml", "ccb.config.json"];

const fileSchema = z.strictObject({
  metricsPort: z.number().int().min(0).max(65_535).optional(),
  otlpEndpoint: z.url({ protocol: /^https?$/ }).optional(),
  /** Sent with every trace, for the key of a service. */
  otlpHeaders: z.record(z.string(), z.string()).optional(),
  /** Looked at by the library that watches them. */
  alerts: z.unknown().optional(),
  /** A file beside this one, or the prices themselves. */
  prices: z.union([z.string(), z.looseObject({})]).optional(),
  routes: z
    .array(
      z.strictObject({
        models: z.array(z.string().min(1)).min(1),
        baseUrl: z.url({ protocol: /^https?$/ }),
        /** Name of the environment variable that holds the key. */
        keyVariable: z
          .string()
          .regex(/^[A-Za-z_]\w*$/)
          .optional(),
      }),
    )
    .optional(),
  /** What holds sessions to the project directory. */
  confine: z.enum(["auto", "bubblewrap", "off"]).optional(),
  /** Folders that confined sessions may write too; relative ones lie beside this file. */
  confineWritable: z.array(z.string().min(1)).optional(),
  logs: z
    .strictObject({
      maxBytes: z.number().int().min(1000).optional(),
      keepDays: z.number().min(1).optional(),
      compress: z.boolean().optional(),
    })
    .optional(),
});

/** What the configuration file and the flags say together. */
export interface RunConfig {
  metricsPort: number | undefined;
  otlpEndpoint: string | undefined;
  otlpHeaders: Record<string, string>;
  alerts: AlertRules | undefined;
  prices: PriceTable | undefined;
  routes: GatewayRoute[];
  confinement: ConfinementOptions;
  logRotation: { maxBytes?: number; keepDays?: number; compress?: boolean };
}

/** The port OpenTelemetry's exporters for Prometheus listen on. */
const usualMetricsPort = 9464;

/**
 * Reads the configuration file: the one of `--config`, else one of the usual names in the working directory, else none. Flags win over it, and it wins over the environment.
 *
 * CcbError `bad-input` that names file and place; an unknown key is an error, since a misspelled threshold would never be crossed.
 */
export function readConfig(
  flags: RunFlags & LogFlags & ConfineFlags,
  from: { environment: Record<string, string>; cwd: string },
): RunConfig {
  const { environment, cwd } = from;
  const path = findFile(flags.config, cwd);
  const file = path === undefined ? {} : readFile(path);
  const directory = path === undefined ? cwd : dirname(path);
  const routes = [
    ...(flags.route ?? []),
    ...(file.routes ?? []).map(({ models, baseUrl, keyVariable }) =>
      [`${models.join(",")}=${baseUrl}`, ...(keyVariable === undefined ? [] : [keyVariable])].join("@"),
    ),
  ];
  const { logMaxSize: maxBytes, logKeepDays: keepDays } = flags;
  const { maxBytes: fileBytes, keepDays: fileDays, compress } = file.logs ?? {};
  const given = { maxBytes: maxBytes ?? fileBytes, keepDays: keepDays ?? fileDays, compress };
  return {
    metricsPort: flags.metricsPort ?? file.metricsPort ?? (isOn(environment) ? usualMetricsPort : undefined),
    otlpEndpoint: checkEndpoint(flags.otlpEndpoint) ?? file.otlpEndpoint,
    otlpHeaders: file.otlpHeaders ?? {},
    alerts: file.alerts === undefined ? undefined : within(path, () => parseAlertRules(file.alerts)),
    prices: flags.prices === undefined ? filePrices(file.prices, { path, directory }) : readPrices(flags.prices, cwd),
    routes: routes.map((text) => readRoute(text, environment)),
    confinement: {
      kind: flags.confine ?? file.confine ?? "auto",
      writable: flags.confineWrite
        ? flags.confineWrite.map((path) => resolve(cwd, path))
        : (file.confineWritable ?? []).map((path) => resolve(directory, path)),
    },
    logRotation: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

function isOn(environment: Record<string, string>): boolean {
  const value = environment.CLAUDE_BUILD_METRICS_ENABLED?.trim().toLowerCase() ?? "";
  if (["1", "true", "yes", "on"].includes(value)) return true;
  if (["", "0", "false", "no", "off"].includes(value)) return false;
  throw new CcbError({
    code: "usage",
    message: `The environment variable CLAUDE_BUILD_METRICS_ENABLED must be true or false; received ${JSON.stringify(value)}.`,
    hint: "Set it right or unset it: unset CLAUDE_BUILD_METRICS_ENABLED",
  });
}

function checkEndpoint(url: string | undefined): string | undefined {
  if (url === undefined || z.url({ protocol: /^https?$/ }).safeParse(url).success) return url;
  throw new CcbError({
    code: "usage",
    message: `--otlp-endpoint must be an http or https URL; received ${JSON.stringify(url)}.`,
    hint: "For example: --otlp-endpoint http://127.0.0.1:4318",
  });
}

function filePrices(
  prices: string | object | undefined,
  at: { path: string | undefined; directory: string },
): PriceTable | undefined {
  if (prices === undefined) return undefined;
  if (typeof prices === "string") return readPrices(prices, at.directory);
  return within(at.path, () => createPriceTable(parsePriceOverrides(prices)));
}

function findFile(given: string | undefined, cwd: string): string | undefined {
  if (given === undefined) return names.map((name) => resolve(cwd, name)).find((path) => existsSync(path));
  const path = resolve(cwd, given);
  if (existsSync(path)) return path;
  throw new CcbError({
    code: "bad-input",
    message: `The configuration file ${given} does not exist.`,
    hint: "Give the path of a YAML or JSON file.",
  });
}

function readFile(path: string): z.infer<typeof fileSchema> {
  const value = within(path, () => parse(readFileSync(path, "utf8")) as unknown);
  const parsed = fileSchema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badFile(path, `${issue?.path.join(".") || "the file"}: ${issue?.message ?? "is not as expected"}`);
}

function within<T>(path: string | undefined, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const hint = CcbError.isInstance(cause) ? cause.hint : undefined;
    throw badFile(path ?? "", cause instanceof Error ? cause.message : String(cause), hint);
  }
}

function badFile(path: string, why: string, hint?: string): CcbError {
  return new CcbError({
    code: "bad-input",
    message: `The configuration file ${path} cannot be used: ${why.replace(/\.$/, "")}.`,
    hint: hint ?? `Keys it may have: ${Object.keys(fileSchema.shape).join(", ")}.`,
  });
}

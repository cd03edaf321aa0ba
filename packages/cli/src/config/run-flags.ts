import { type Command, InvalidArgumentError, Option } from "commander";

/** Options that `init`, `resume` and `gateway` share: each is a key of the configuration file too, and wins over it. */
export interface RunFlags {
  config?: string;
  metricsPort?: number;
  otlpEndpoint?: string;
  prices?: string;
  route?: string[];
}

/** Options on the log files of a build. */
export interface LogFlags {
  /** Bytes. */
  logMaxSize?: number;
  logKeepDays?: number;
}

/** Options on what sessions may write. */
export interface ConfineFlags {
  confine?: "auto" | "bubblewrap" | "off";
  confineWrite?: string[];
}

/** Adds the options on what sessions may write. */
export function addConfineFlags(command: Command): Command {
  const kind = new Option(
    "--confine <kind>",
    "what holds sessions to the project directory; auto takes bubblewrap where it works (default: auto)",
  );
  return command
    .addOption(kind.choices(["auto", "bubblewrap", "off"]))
    .option(
      "--confine-write <dir>",
      "let confined sessions write in this folder too; may be given several times",
      (text: string, before: string[] = []) => [...before, text],
    );
}

/** Adds the options that `init`, `resume` and `gateway` share. */
export function addRunFlags(command: Command): Command {
  return command
    .option("--config <file>", "configuration file (default: ccb.config.yaml or .json in this directory, if there)")
    .option("--prices <file>", "YAML or JSON file with your own prices")
    .option(
      "--route <models=url[@variable]>",
      "send these models elsewhere, with the key in an environment variable; may be given several times",
      (text: string, before: string[] = []) => [...before, text],
    )
    .option("--metrics-port <port>", "serve Prometheus metrics on this port of 127.0.0.1 (0: any free one)", parsePort)
    .option("--otlp-endpoint <url>", "send OpenTelemetry traces to this collector, for example http://127.0.0.1:4318");
}

/** Adds the options on log files. */
export function addLogFlags(command: Command): Command {
  return command
    .option("--log-max-size <bytes>", "set a log file aside before it grows beyond this (default: 1000000)", parseSize)
    .option("--log-keep-days <n>", "days that log files set aside are kept (default: 30)", parseDays);
}

/** A port of this machine. */
export function parsePort(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value > 65_535) throw new InvalidArgumentError("It must be a port from 0 to 65535.");
  return value;
}

function parseSize(text: string): number {
  const value = Number(text);
  if (!/^\d{1,12}$/.test(text) || value < 1000) throw new InvalidArgumentError("It must be at least 1000 bytes.");
  return value;
}

function parseDays(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value < 1) throw new InvalidArgumentError("It must be a whole number of days from 1.");
  return value;
}

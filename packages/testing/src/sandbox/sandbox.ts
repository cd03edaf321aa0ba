import type { Launcher } from "../process/launcher.ts";

/** What a program in a sandbox may do that harms the machine or the work of others. */
export const hazards = ["processes", "memory", "network", "write", "stubborn"] as const;

/**
 * processes: too many of them (a fork bomb) · memory: too much of it · network: calls to anywhere · write: files outside the project · stubborn: it ignores SIGTERM.
 */
export type Hazard = (typeof hazards)[number];

export type SandboxKind = "docker" | "bubblewrap" | "local";

export interface SandboxLimits {
  /** Bytes of all processes together; default 1 GiB. */
  memoryBytes: number;
  /** Shares of one processor; default 1. */
  cpus: number;
  /** Processes and threads at once; default 256. */
  processes: number;
}

export const defaultSandboxLimits: SandboxLimits = { memoryBytes: 1024 ** 3, cpus: 1, processes: 256 };

export interface SandboxCommand {
  /** Given to the shell. */
  command: string;
  /** Default: the project directory. */
  cwd?: string;
  /** Added to PATH, HOME and LANG. */
  env?: Readonly<Record<string, string>>;
  /** Milliseconds; default 120000. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/** Something that the sandbox kept a program from doing, or had to clean up after it. */
export interface SandboxFinding {
  hazard: Hazard;
  /** One sentence for people. */
  message: string;
}

export interface SandboxRun {
  outcome: "ended" | "timed-out";
  /** 128 + number after a signal; undefined after a time-out. */
  exitCode: number | undefined;
  stdout: string;
  /** stdout and stderr as they came, the last 16 KiB. */
  output: string;
  findings: SandboxFinding[];
  durationMs: number;
}

/** A place where the generated program can run without harm. Closing it ends what runs in it; files stay. */
export interface Sandbox extends AsyncDisposable {
  kind: SandboxKind;
  /** One line for people: what it is and what it limits. */
  description: string;
  /** The hazards it contains on this machine; the others it does not. */
  contains: readonly Hazard[];
  /** Runs a command to its end. Rejects with the signal's reason when stopped; nothing is left running in any case. */
  run(command: SandboxCommand): Promise<SandboxRun>;
  /** For checks and services: what they start, starts in here. */
  launcher: Launcher;
  close(): Promise<void>;
}

/** The places of a sandbox; absolute paths. */
export interface SandboxPlaces {
  /** The project: seen and written at its own path, its `.git` only read. */
  directory: string;
  /** Home, caches and the ways in for requests; kept between runs. */
  state: string;
  /** Folders of the project that are not to be seen. */
  hidden: string[];
  /** More folders, read only. */
  readable: string[];
  network: boolean;
  limits: SandboxLimits;
}

import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxFinding, SandboxLimits } from "./sandbox.ts";

/** A control group that holds the processes of one command to its limits. */
export interface ControlGroup {
  /** Shell code that moves the shell into the group. */
  join: string;
  findings(): SandboxFinding[];
  /** Ends what is still in it and removes it. */
  close(): Promise<void>;
}

const root = "/sys/fs/cgroup";
const periodUs = 100_000;

/** Makes a control group (version 1 or 2), or gives undefined where this process may not. */
export function openControlGroup(name: string, limits: SandboxLimits): ControlGroup | undefined {
  const layout = readLayout();
  if (!layout) return undefined;
  const made: string[] = [];
  try {
    const files = layout.version === 2 ? planVersion2(limits) : planVersion1(limits);
    const folders = new Map<string, string>();
    for (const [controller, settings] of Object.entries(files)) {
      const parent = layout.parents.get(controller);
      if (parent === undefined) throw new Error(`no controller ${controller}`);
      const folder = join(parent, name);
      if (!made.includes(folder)) {
        mkdirSync(folder);
        made.push(folder);
      }
      folders.set(controller, folder);
      for (const [file, value] of settings) writeSetting(join(folder, file), value);
    }
    return makeGroup(made, { folders, limits });
  } catch {
    for (const folder of made) tryRemove(folder);
    return undefined;
  }
}

type Settings = Record<string, [file: string, value: string][]>;

function planVersion1({ memoryBytes, cpus, processes }: SandboxLimits): Settings {
  return {
    memory: [
      ["memory.limit_in_bytes", String(memoryBytes)],
      ["?memory.memsw.limit_in_bytes", String(memoryBytes)],
    ],
    pids: [["pids.max", String(processes)]],
    cpu: [
      ["cpu.cfs_period_us", String(periodUs)],
      ["cpu.cfs_quota_us", String(Math.round(cpus * periodUs))],
    ],
  };
}

function planVersion2({ memoryBytes, cpus, processes }: SandboxLimits): Settings {
  return {
    all: [
      ["memory.max", String(memoryBytes)],
      ["?memory.swap.max", "0"],
      ["pids.max", String(processes)],
      ["cpu.max", `${Math.round(cpus * periodUs)} ${periodUs}`],
    ],
  };
}

/** A name with "?" before it is set where the kernel has it. */
function writeSetting(path: string, value: string): void {
  const known = path.replace("/?", "/");
  if (known === path || existsSync(known)) writeFileSync(known, value);
}

function makeGroup(
  made: string[],
  { folders, limits }: { folders: Map<string, string>; limits: SandboxLimits },
): ControlGroup {
  const at = (controller: string) => folders.get(controller) ?? folders.get("all") ?? "";
  return {
    join: made.map((folder) => `echo $$ > ${folder}/cgroup.procs; `).join(""),
    findings() {
      const findings: SandboxFinding[] = [];
      const killed = readCount(
        join(at("memory"), folders.has("all") ? "memory.events" : "memory.oom_control"),
        "oom_kill",
      );
      const refused = readCount(join(at("pids"), "pids.events"), "max");
      if (killed > 0)
        findings.push({
          hazard: "memory",
          message: `The limit of ${megabytes(limits)} was reached; ${killed} process(es) were killed.`,
        });
      if (refused > 0)
        findings.push({
          hazard: "processes",
          message: `The limit of ${limits.processes} processes was reached; ${refused} were refused.`,
        });
      return findings;
    },
    async close() {
      for (let turn = 0; turn < 50; turn += 1) {
        const pids = new Set(made.flatMap((folder) => readText(join(folder, "cgroup.procs")).split("\n")));
        for (const pid of pids) if (pid !== "") tryKill(Number(pid));
        if (made.map(tryRemove).every(Boolean)) return;
        await sleep(20);
      }
    },
  };
}

export function megabytes({ memoryBytes }: Pick<SandboxLimits, "memoryBytes">): string {
  return `${Math.round(memoryBytes / 1024 ** 2)} MB of memory`;
}

/** Where this process's groups lie; children of them may be made where this process may write there. */
function readLayout(): { version: 1 | 2; parents: Map<string, string> } | undefined {
  const lines = readText("/proc/self/cgroup").trim().split("\n");
  const parents = new Map<string, string>();
  for (const line of lines) {
    const [, controllers = "", path = "/"] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const controller of controllers.split(",")) {
      if (["memory", "pids", "cpu"].includes(controller)) parents.set(controller, join(root, controller, path));
    }
    if (controllers === "" && existsSync(join(root, "cgroup.controllers"))) parents.set("all", join(root, path));
  }
  if (parents.has("memory") && parents.has("pids") && parents.has("cpu")) return { version: 1, parents };
  return parents.has("all") ? { version: 2, parents } : undefined;
}

function readCount(path: string, name: string): number {
  const [, count = "0"] = new RegExp(`^${name} (\\d+)$`, "m").exec(readText(path)) ?? [];
  return Number(count);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // gone, or this kernel has none
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** False while processes are in it. */
function tryRemove(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return !existsSync(folder);
  }
}

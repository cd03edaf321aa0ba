import { listProcesses, readResidentBytes } from "../process/_list-processes.ts";
import { megabytes } from "./_cgroup.ts";
import type { SandboxFinding, SandboxLimits } from "./sandbox.ts";

const pollMs = 40;

/** Watches the processes of a mark where the kernel does not limit them for us. */
export interface UsageWatch {
  findings(): SandboxFinding[];
  close(): void;
}

/** Looks at the processes again and again, and kills all of them once they are over a limit together. Slower than a control group, but needs no right. */
export function watchUsage(mark: string, limits: SandboxLimits): UsageWatch {
  const findings: SandboxFinding[] = [];
  const timer = setInterval(() => {
    const pids = listProcesses({ group: -1, mark }) ?? [];
    const bytes = pids.reduce((sum, pid) => sum + readResidentBytes(pid), 0);
    if (pids.length > limits.processes) {
      findings.push({
        hazard: "processes",
        message: `More than ${limits.processes} processes ran at once; all were killed.`,
      });
    } else if (bytes > limits.memoryBytes) {
      findings.push({
        hazard: "memory",
        message: `More than ${megabytes(limits)} were held; all processes were killed.`,
      });
    } else return;
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  }, pollMs);
  timer.unref();
  return { findings: () => findings.slice(0, 1), close: () => clearInterval(timer) };
}

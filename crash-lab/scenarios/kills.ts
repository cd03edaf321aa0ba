import { setTimeout as delay } from "node:timers/promises";
import { type InnerFault, renderPreload } from "../drive/build-preload.ts";
import { type FoundProcess, findProcesses } from "../drive/find-processes.ts";
import { noteMarks, type Run } from "../drive/open-run.ts";
import type { Scenario } from "./scenario.ts";

/** kill -9 of CCB, of Claude Code and of MCP servers. */
export const killScenarios: readonly Scenario[] = [
  {
    name: "kill-random",
    what: "kill -9 of CCB at random moments of a build, --kills of them",
    weight: 6,
    async disturb(run) {
      for (let kill = 1; kill <= run.kills; kill++) {
        const ccb = run.start();
        const atMs = run.random.between(50, Math.round((2 * run.undisturbedMs) / run.kills));
        const isOver = await Promise.race([delay(atMs, false), ccb.ended.then(() => true)]);
        if (isOver) break;
        run.disturb(`kill -9 after ${(atMs / 1000).toFixed(2)} s`);
        await ccb.crash();
        await pauseAsUser(run);
      }
    },
  },
  {
    name: "kill-step",
    what: "kill -9 of CCB right before or after writes to its journal or renames of its files, --kills of them",
    needs: "preload",
    weight: 6,
    async disturb(run) {
      for (let kill = 1; kill <= run.kills; kill++) {
        const fault = chooseStep(run);
        const ccb = run.start({ environment: renderPreload(run.preload ?? "", { fault }) });
        const noting = setInterval(() => noteMarks(run), 500);
        const { signal, code, stderr } = await ccb.ended;
        clearInterval(noting);
        if (signal !== "SIGKILL") {
          run.expect(code === 0, `it ended by itself with exit code ${code}: ${stderr.trim().slice(-500)}`);
          break;
        }
        run.disturb(`${fault.action} ${fault.op} ${fault.at} of ${fault.path}`);
      }
    },
  },
  {
    name: "kill-claude",
    what: "kill -9 of Claude Code in the middle of three sessions",
    disturb: (run) => killInSessions(run, /--output-format stream-json/, "Claude Code"),
  },
  {
    name: "kill-mcp",
    what: "kill -9 of an MCP server in the middle of three sessions",
    disturb: (run) => killInSessions(run, /server-memory|git-mcp-server|server-filesystem/, "an MCP server"),
  },
];

function chooseStep(run: Run): InnerFault {
  const action = run.random.pick(["kill-before", "kill-after"] as const);
  if (run.random.between(1, 10) <= 3) {
    return { op: "rename", action, at: run.random.between(1, 40), path: run.project };
  }
  const most = Math.max(10, Math.round((2 * run.journalSteps) / run.kills));
  return { op: "sync", action, at: run.random.between(1, most), path: "build.db-wal" };
}

async function killInSessions(run: Run, pattern: RegExp, name: string): Promise<void> {
  const ccb = run.start();
  const whole = ccb.ended.then(() => true);
  for (let kill = 1; kill <= 3; kill++) {
    if (!(await ccb.until((event) => event.type === "task-start"))) return;
    const victims = await Promise.race([awaitProcesses(run, pattern), whole.then(() => [])]);
    if (await Promise.race([delay(run.random.between(0, 800), false), whole])) return;
    const victim = run.random.pick(victims);
    run.disturb(`kill -9 of ${name} (${victim.command.slice(0, 80)})`);
    try {
      process.kill(victim.pid, "SIGKILL");
    } catch {
      run.notes.push("it had just ended");
    }
  }
  await ccb.ended;
}

/** The processes of a run that fit, as soon as there is one; none after ten seconds is an error of the pattern. */
async function awaitProcesses(run: Run, pattern: RegExp): Promise<FoundProcess[]> {
  for (let time = 1; time <= 200; time++) {
    const found = findProcesses(run.folder).filter(({ command }) => pattern.test(command));
    if (found.length > 0) return found;
    await delay(50);
  }
  throw new Error(`No process of the run fits ${pattern}.`);
}

/** Nobody restarts within a millisecond, and some do at once. */
async function pauseAsUser(run: Run): Promise<void> {
  await delay(run.random.pick([0, 0, 20, 300]));
}

import { setTimeout as delay } from "node:timers/promises";
import { awaitQuiet, noteMarks, type Run, type WatchedCcb } from "../drive/open-run.ts";
import type { Scenario } from "./scenario.ts";

/** Milliseconds that ending cleanly may take on a busy machine. */
const stopLimitMs = 30_000;
/** Exit code of a build that the user stopped. */
const stopped = 6;

/** What a user does with Ctrl-C, and the system at shutdown. */
export const signalScenarios: readonly Scenario[] = [
  {
    name: "sigint-once",
    what: "Ctrl-C once, three times in a build: it stops cleanly with exit code 6 and leaves no process",
    disturb: (run) => stopThreeTimes(run, "SIGINT"),
  },
  {
    name: "sigterm",
    what: "SIGTERM three times in a build: the same as Ctrl-C",
    disturb: (run) => stopThreeTimes(run, "SIGTERM"),
  },
  {
    name: "sigint-twice",
    what: "Ctrl-C twice, three times in a build: the second ends everything at once",
    async disturb(run) {
      for (let time = 1; time <= 3; time++) {
        const ccb = run.start();
        if (!(await waitSomewhere(run, ccb))) return;
        noteMarks(run);
        ccb.kill("SIGINT");
        await delay(run.random.between(5, 60));
        const startedMs = performance.now();
        ccb.kill("SIGINT");
        run.disturb("Ctrl-C twice");
        const { code } = await ccb.ended;
        const tookMs = Math.round(performance.now() - startedMs);
        run.expect(code === stopped || code === 0, `the second Ctrl-C gave exit code ${code}, expected ${stopped}`);
        run.expect(tookMs < 5_000, `the second Ctrl-C took ${tookMs} ms`);
        if (code === 0) return;
        const left = await awaitQuiet(run);
        run.expect(left.length === 0, `processes are left after the second Ctrl-C: ${left.join(" | ").slice(0, 300)}`);
      }
    },
  },
];

async function stopThreeTimes(run: Run, signal: NodeJS.Signals): Promise<void> {
  for (let time = 1; time <= 3; time++) {
    const ccb = run.start();
    if (!(await waitSomewhere(run, ccb))) return;
    noteMarks(run);
    const startedMs = performance.now();
    ccb.kill(signal);
    run.disturb(signal);
    const { code } = await ccb.ended;
    const tookMs = Math.round(performance.now() - startedMs);
    if (code === 0) return;
    run.expect(code === stopped, `${signal} gave exit code ${code}, expected ${stopped}`);
    run.expect(tookMs < stopLimitMs, `${signal} took ${tookMs} ms`);
    const left = await awaitQuiet(run);
    run.expect(left.length === 0, `processes are left after ${signal}: ${left.join(" | ").slice(0, 300)}`);
  }
}

/** A moment after the start of the build; false when it was over before. */
async function waitSomewhere(run: Run, ccb: WatchedCcb): Promise<boolean> {
  if (!(await ccb.until((event) => event.type === "build-start"))) return false;
  const isOver = await Promise.race([
    delay(run.random.between(20, Math.round(run.undisturbedMs / 2)), false),
    ccb.ended.then(() => true),
  ]);
  return !isOver;
}

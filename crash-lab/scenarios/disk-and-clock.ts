import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type InnerFault, renderPreload } from "../drive/build-preload.ts";
import type { Run } from "../drive/open-run.ts";
import type { Scenario } from "./scenario.ts";

/** Room of the small disk, in bytes: more than a build needs, so that a ballast decides when it is full. */
const diskBytes = 64 * 1024 * 1024;

/** What the disk and the clock do to a build. */
export const diskScenarios: readonly Scenario[] = [
  {
    name: "write-error",
    what: "the Nth write, sync or rename of CCB fails with EIO or ENOSPC, or writes less than asked, three times",
    needs: "preload",
    weight: 2,
    async disturb(run) {
      for (let time = 1; time <= 3; time++) {
        const fault = chooseFault(run);
        const ccb = run.start({ environment: renderPreload(run.preload ?? "", { fault }) });
        run.disturb(`${fault.action} at ${fault.op} ${fault.at} of ${fault.path.replace(run.folder, "")}`);
        if ((await ccb.ended).code === 0) return;
      }
    },
  },
  {
    name: "disk-full",
    what: "the disk fills up in the middle of a build and has room again for the next start",
    needs: "root",
    async disturb(run) {
      mkdirSync(run.project);
      const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${diskBytes}`, "tmpfs", run.project], {
        encoding: "utf8",
      });
      if (mounted.status !== 0) throw new Error(`No small disk could be mounted: ${mounted.stderr}`);
      run.atEnd(() => void spawnSync("umount", ["--lazy", run.project]));
      const ballast = join(run.folder, "out", ".checkpoints", "ballast");
      const ccb = run.start();
      const at = run.random.between(1, 12);
      let tasks = 0;
      const reached = await ccb.until((event) => event.type === "task-end" && ++tasks === at);
      if (!reached) return;
      const { bavail, bsize } = statfsSync(run.project);
      const leftKb = run.random.pick([0, 8, 40, 120]);
      fill(ballast, bavail * bsize - leftKb * 1024);
      run.disturb(`the disk has ${leftKb} KB left after task ${at}`);
      const { code, stderr } = await ccb.ended;
      run.expect(code !== 0 || leftKb > 40, "the build ended as done although the disk was full");
      run.expect(
        code === 0 || /disk|space|ENOSPC|SQLITE_FULL|full/i.test(stderr),
        `the message does not say that the disk is full: ${stderr.trim().slice(-300)}`,
      );
      rmSync(ballast, { force: true });
    },
  },
  {
    name: "clock-jump",
    what: "the wall clock jumps by an hour or a day, forwards or back, in the middle of the build",
    needs: "preload",
    async disturb(run) {
      const jumpSeconds = run.random.pick([3600, -3600, 86_400, -86_400]);
      const afterSeconds = run.random.between(2, Math.round(run.undisturbedMs / 2000));
      run.disturb(`the clock jumps by ${jumpSeconds} s after ${afterSeconds} s`);
      const ccb = run.start({
        environment: renderPreload(run.preload ?? "", { clock: { afterSeconds, jumpSeconds } }),
      });
      const { code } = await ccb.ended;
      run.expect(code === 0, `the build ended with ${code} after the clock had jumped`);
    },
  },
];

/** The build writes beside it: where that takes the last of the room, the disk is as full as was meant. */
function fill(path: string, bytes: number): void {
  try {
    writeFileSync(path, Buffer.alloc(Math.max(0, bytes)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

function chooseFault(run: Run): InnerFault {
  const { random } = run;
  const action = random.pick(["eio", "enospc", "short"] as const);
  const [op, path, most] = random.pick([
    ["write", "build.db", 200],
    ["write", join(run.project, "artifacts"), 30],
    ["write", join(run.project, "logs"), 60],
    ["write", "latest_state.json", 10],
    ["sync", "build.db-wal", Math.round(run.journalSteps / 2)],
    ["rename", run.project, 40],
  ] as const);
  // Only a write can be short.
  return {
    op,
    path,
    action: op === "write" ? action : action === "short" ? "eio" : action,
    at: random.between(1, most),
  };
}

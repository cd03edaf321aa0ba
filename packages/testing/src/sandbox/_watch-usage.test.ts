import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { startProcessGroup } from "../process/_start-process-group.ts";
import { watchUsage } from "./_watch-usage.ts";

const hasTable = existsSync("/proc/self/stat");
const limits = { memoryBytes: 200 * 1024 ** 2, cpus: 1, processes: 10 };

async function runWatched(command: string) {
  const group = await startProcessGroup({ command, cwd: import.meta.dirname });
  const watch = watchUsage(group.mark, limits);
  const exit = await group.exited;
  const findings = watch.findings();
  watch.close();
  await group.end(1_000);
  return { exit, findings };
}

test.skipIf(!hasTable)("too many processes are killed and reported once", async () => {
  const { exit, findings } = await runWatched("for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do sleep 17 & done; wait");
  expect(exit.signal).toBe("SIGKILL");
  expect(findings).toMatchObject([{ hazard: "processes" }]);
});

test.skipIf(!hasTable)("too much memory is killed and reported; less is left alone", async () => {
  const hold = (count: number) =>
    `node -e 'const held = []; for (let i = 0; i < ${count}; i++) held.push(Buffer.alloc(16 * 1024 * 1024, 1)); setTimeout(() => {}, 400)'`;
  expect(await runWatched(`${hold(20)}; echo done`)).toMatchObject({
    exit: { signal: "SIGKILL" },
    findings: [{ hazard: "memory" }],
  });
  expect(await runWatched(hold(1))).toMatchObject({ exit: { code: 0 }, findings: [] });
});

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildPreload, renderPreload } from "../drive/build-preload.ts";

const folder = mkdtempSync(join(tmpdir(), "ccb-lab-faults-"));
const preload = buildPreload(folder);
const withPreload = it.runIf(preload !== undefined);

beforeAll(() => {
  if (preload === undefined) console.log("skipped: no C compiler (cc), or not Linux");
  writeFileSync(
    join(folder, "append.mjs"),
    `import { openSync, writeSync, writeFileSync } from "node:fs";
const file = openSync(${JSON.stringify(join(folder, "lines"))}, "w");
for (let line = 1; line <= 5; line++) console.log(line, writeSync(file, "ten bytes\\n"));
console.log(process.env.LD_PRELOAD ?? "hidden", new Date().getFullYear());`,
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(what: Parameters<typeof renderPreload>[1]) {
  const env = { PATH: process.env.PATH, ...renderPreload(preload ?? "", what) };
  const { stdout, stderr, signal, status } = spawnSync(process.execPath, [join(folder, "append.mjs")], {
    env,
    encoding: "utf8",
  });
  return { lines: stdout.trim().split("\n"), stderr, signal, status };
}

withPreload("kills before or after the Nth write, and touches no other path", () => {
  const at = { op: "write", at: 3, path: join(folder, "lines") } as const;
  expect(run({ fault: { ...at, action: "kill-before" } })).toMatchObject({
    signal: "SIGKILL",
    lines: ["1 10", "2 10"],
  });
  expect(readFileSync(join(folder, "lines"), "utf8")).toHaveLength(20);
  expect(run({ fault: { ...at, action: "kill-after" } }).signal).toBe("SIGKILL");
  expect(readFileSync(join(folder, "lines"), "utf8")).toHaveLength(30);
  expect(run({ fault: { ...at, action: "kill-after", path: "elsewhere" } }).lines).toHaveLength(6);
});

withPreload("fails the Nth write, or writes less than asked, and hides from children", () => {
  const at = { op: "write", at: 2, path: join(folder, "lines") } as const;
  expect(run({ fault: { ...at, action: "enospc" } }).stderr).toContain("ENOSPC");
  expect(run({ fault: { ...at, action: "eio" } }).stderr).toContain("EIO");
  const short = run({ fault: { ...at, action: "short" } });
  expect(short.lines.at(-1)).toMatch(/^hidden /);
  // Node asks again for the rest of a short write.
  expect(readFileSync(join(folder, "lines"), "utf8")).toHaveLength(50);
});

withPreload("counts, and makes the clock jump", () => {
  const countFile = join(folder, "count");
  run({ fault: { op: "write", action: "count", at: 0, path: join(folder, "lines") }, countFile });
  expect(readFileSync(countFile)).toHaveLength(5);
  const year = new Date().getFullYear();
  const jumped = run({ clock: { afterSeconds: 0, jumpSeconds: 3 * 366 * 86_400 } }).lines.at(-1);
  expect(jumped).toBe(`hidden ${year + 3}`);
});

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { isPortOfEarlierProgram } from "./_port-owner.ts";
import { findFreePort } from "./_ports.ts";

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

async function startListener(port: number): Promise<number> {
  const source = `require("node:http").createServer((q, s) => s.end("ok")).listen(${port}, "127.0.0.1", () => console.log("up"))`;
  const child = spawn(process.execPath, ["-e", source], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  await once(child.stdout, "data");
  return child.pid ?? 0;
}

test.skipIf(!existsSync("/proc/net/tcp"))(
  "a listener that was there before is told from the service's own",
  async () => {
    const port = await findFreePort();
    const listener = await startListener(port);
    expect(isPortOfEarlierProgram(port, listener)).toBe(false);
    const later = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
    children.push(later);
    await once(later, "spawn");
    expect(isPortOfEarlierProgram(port, later.pid ?? 0)).toBe(true);
    expect(isPortOfEarlierProgram(await findFreePort(), later.pid ?? 0)).toBe(false);
  },
);

/**
 * 200 http checks, each with a service of its own, against the same 200 services started, asked and ended by hand, as many at once. The ratio is what checking costs.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runCheck } from "@ccb/testing";

const checks = 200;
const atOnce = availableParallelism();
const requests = 5;
const cwd = await mkdtemp(join(tmpdir(), "ccb-bench-"));
await writeFile(
  join(cwd, "server.mjs"),
  `import { createServer } from "node:http";
const server = createServer((request, response) => response.writeHead(200, { "content-type": "application/json" }).end('{"status":"ok"}'));
server.listen(Number(process.env.PORT), "127.0.0.1");
process.on("SIGTERM", () => server.close(() => process.exit(0)));`,
);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}

/** The service's own time: start, first answer, the requests, end. */
async function byHand(): Promise<void> {
  const port = await freePort();
  const child = spawn(process.execPath, ["server.mjs"], { cwd, env: { PORT: String(port) }, stdio: "ignore" });
  const ended = once(child, "exit");
  const ask = () =>
    fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } }).then((answer) => answer.json());
  while (
    await ask().then(
      () => false,
      () => true,
    )
  )
    await sleep(5);
  for (let turn = 0; turn < requests; turn += 1) await ask();
  child.kill("SIGTERM");
  await ended;
}

async function byCheck(): Promise<void> {
  const { passed, summary } = await runCheck({
    criterionId: "answers",
    phaseId: "bench",
    cwd,
    check: {
      kind: "http",
      service: { command: "exec node server.mjs", readyPath: "/" },
      requests: Array.from({ length: requests }, () => ({
        method: "GET" as const,
        path: "/",
        expect: { status: 200, json: [{ path: "status", op: "equals" as const, value: "ok" }] },
      })),
    },
  });
  if (!passed) throw new Error(summary);
}

async function measure(work: () => Promise<void>, count: number): Promise<number> {
  const startedMs = performance.now();
  let left = count;
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return performance.now() - startedMs;
}

try {
  await measure(byHand, atOnce);
  await measure(byCheck, atOnce);
  // In quarters by turns, so that what else the machine does falls on both.
  const totals = { hand: 0, check: 0 };
  for (let quarter = 0; quarter < 4; quarter += 1) {
    totals.hand += await measure(byHand, checks / 4);
    totals.check += await measure(byCheck, checks / 4);
  }
  const ratio = totals.check / totals.hand;
  console.log(`${checks} services by hand: ${(totals.hand / 1000).toFixed(2)} s`);
  console.log(
    `${checks} http checks:      ${(totals.check / 1000).toFixed(2)} s, ${ratio.toFixed(2)} times the service's own time (limit 1.5)`,
  );
  if (ratio > 1.5) process.exitCode = 1;
} finally {
  await rm(cwd, { recursive: true, force: true });
}

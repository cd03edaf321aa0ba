/**
 * The gateway under load: does the cap hold, is a call lost, does memory grow?
 *
 *   node --conditions=ccb-source packages/gateway/bench/load.ts [seconds] [calls]
 *
 * 1. 64 clients for 60 seconds against a capped ledger in SQLite and a call log, in rounds that end when the cap refuses every client. After each round the model server's own
 *    count, the ledger, the call log and the clients must agree, and what the server bills must be within the cap.
 * 2. 200 streams at once.
 * 3. 100,000 calls: the heap after the first 20,000 and after the last.
 *
 * Model server, gateway and clients are three processes, as in a build. It fails where one of these does not hold.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { addUsage, noUsage, type Usage } from "@ccb/core";
import { costMigrations, createCostLedger, priceUsage } from "@ccb/cost";
import { openStore } from "@ccb/store";
import { sendJson, sendStream, startUpstream, streamEvents } from "../src/_testing/start-upstream.ts";
import { createGateway } from "../src/index.ts";

const model = "claude-opus-5-5";
const maxTokens = 400;

/** What the model server counted by itself. */
interface ServerCount {
  calls: number;
  told: Usage;
  billedMicroUsd: number;
}

/** What the gateway's side came to. */
interface RoundEnd {
  calls: number;
  usage: Usage;
  costMicroUsd: number;
  heldMicroUsd: number;
  reservedMicroUsd: number;
  logged: number;
  loggedTwice: number;
}

/** A process that answers one message with one. */
async function startPart(role: string, ...args: string[]) {
  const child = fork(import.meta.filename, [role, ...args], { execArgv: ["--conditions=ccb-source"] });
  const ask = async <T>(message: object): Promise<T> => {
    child.send(message);
    const [answer] = (await once(child, "message")) as [T];
    return answer;
  };
  return { ask, stop: () => child.kill() };
}

async function runUpstream(): Promise<void> {
  let count: ServerCount = { calls: 0, told: noUsage, billedMicroUsd: 0 };
  const upstream = await startUpstream(({ headers }, response) => {
    upstream.seen.length = 0;
    const pace = headers["x-pace"];
    if (pace === "slow") return paceStream(response);
    count.calls += 1;
    if (pace !== "even" && count.calls % 10 === 0) return sendJson(response, '{"type":"error"}', 500);
    const usage = { ...noUsage, inputTokens: 300 + (count.calls % 700), outputTokens: 1 + (count.calls % maxTokens) };
    const { inputTokens, outputTokens } = usage;
    count.billedMicroUsd += priceUsage(model, usage) ?? Number.NaN;
    const events = streamEvents({ text: "a short answer", id: `msg_${count.calls}`, inputTokens, outputTokens });
    if (pace !== "even" && count.calls % 11 === 0) {
      // Billed in full, although the client learns of one token only.
      count.told = addUsage(count.told, { ...usage, outputTokens: 1 });
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(events.slice(0, 3).join(""), () => setImmediate(() => response.destroy()));
      return;
    }
    count.told = addUsage(count.told, usage);
    sendStream(response, events);
  });
  process.on("message", (message: { type: string }) => {
    if (message.type === "url") process.send?.(upstream.url);
    else {
      process.send?.(count);
      count = { calls: 0, told: noUsage, billedMicroUsd: 0 };
    }
  });
}

/** An event every 50 ms for two seconds. */
function paceStream(response: http.ServerResponse): void {
  const events = streamEvents({ text: "word ".repeat(35) });
  response.writeHead(200, { "content-type": "text/event-stream" });
  const timer = setInterval(() => {
    response.write(events.shift() ?? "");
    if (events.length > 0) return;
    clearInterval(timer);
    response.end();
  }, 50);
}

async function runGateway(baseUrl: string, folder: string): Promise<void> {
  const open = (name: string, synchronous: "full" | "normal") =>
    openStore({ path: join(folder, name), migrations: [costMigrations], synchronous });
  // The caps are kept as in a build, with every booking on the disk; 100,000 calls are about memory and need not be.
  const durable = open("capped.db", "full");
  const quick = open("uncapped.db", "normal");
  let round = 0;
  let end: () => Promise<RoundEnd> = async () => {
    throw new Error("no round");
  };
  const begin = async (capMicroUsd: number | undefined): Promise<string> => {
    round += 1;
    const build = `round-${round}`;
    const store = capMicroUsd === undefined ? quick : durable;
    const ledger = createCostLedger({ store, build, ...(capMicroUsd === undefined ? {} : { capMicroUsd }) });
    const numbers = new Set<number>();
    let logged = 0;
    const write = ({ callNumber }: { callNumber: number }) => {
      logged += 1;
      if (capMicroUsd !== undefined) numbers.add(callNumber);
    };
    const gateway = await createGateway({
      upstream: { baseUrl },
      meter: ledger,
      atomically: (work) => store.transaction(work, { disk: "later" }),
      durable: store.durable,
      callLog: { write },
    });
    end = async () => {
      await gateway.close();
      const { calls, usage, costMicroUsd, heldMicroUsd, reservedMicroUsd } = ledger.totals();
      const loggedTwice = capMicroUsd === undefined ? 0 : logged - numbers.size;
      return { calls, usage, costMicroUsd, heldMicroUsd, reservedMicroUsd, logged, loggedTwice };
    };
    return gateway.urlFor({ build, phase: "p", task: "t", agent: "claude-code" });
  };
  process.on("message", async (message: { type: string; capMicroUsd?: number }) => {
    if (message.type === "begin") process.send?.(await begin(message.capMicroUsd));
    else if (message.type === "end") process.send?.(await end());
    else process.send?.(measureHeap());
  });
}

/** Megabytes in use after a collection. */
function measureHeap(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

const agent = new http.Agent({ keepAlive: true });
const body = JSON.stringify({
  model,
  max_tokens: maxTokens,
  stream: true,
  messages: [{ role: "user", content: "Hi" }],
});

/** One call; its status, and whether its stream came to its end. */
function call(url: string, pace?: string): Promise<{ status: number; isWhole: boolean }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-length": Buffer.byteLength(body), ...(pace ? { "x-pace": pace } : {}) };
    const request = http.request(`${url}/v1/messages`, { method: "POST", agent, headers }, (response) => {
      const status = response.statusCode ?? 0;
      let text = "";
      response.setEncoding("latin1").on("data", (chunk: string) => {
        text = (text + chunk).slice(-200);
      });
      response.on("close", () => resolve({ status, isWhole: text.includes("message_stop") }));
      response.on("error", () => undefined);
    });
    request.on("error", reject);
    request.end(body);
  });
}

const failures: string[] = [];
function mustHold(isTrue: boolean, what: string): void {
  if (!isTrue) failures.push(what);
}

type Part = Awaited<ReturnType<typeof startPart>>;

async function loadInRounds(parts: { upstream: Part; gateway: Part; seconds: number }): Promise<void> {
  const { upstream, gateway, seconds } = parts;
  const capMicroUsd = 12_000_000;
  const startedMs = performance.now();
  let rounds = 0;
  let calls = 0;
  let refusals = 0;
  let closest = 0;
  while (performance.now() - startedMs < seconds * 1_000) {
    rounds += 1;
    const url = await gateway.ask<string>({ type: "begin", capMicroUsd });
    let requests = 0;
    const client = async () => {
      while (true) {
        requests += 1;
        if ((await call(url)).status === 403) return;
      }
    };
    await Promise.all(Array.from({ length: 64 }, client));
    const server = await upstream.ask<ServerCount>({ type: "count" });
    const ended = await gateway.ask<RoundEnd>({ type: "end" });
    calls += server.calls;
    refusals += 64;
    closest = Math.max(closest, server.billedMicroUsd);
    mustHold(
      server.billedMicroUsd <= capMicroUsd,
      `round ${rounds}: billed ${server.billedMicroUsd}, the cap is ${capMicroUsd}`,
    );
    mustHold(ended.costMicroUsd + ended.heldMicroUsd <= capMicroUsd, `round ${rounds}: booked more than the cap`);
    mustHold(ended.reservedMicroUsd === 0, `round ${rounds}: ${ended.reservedMicroUsd} still reserved`);
    mustHold(
      ended.calls === server.calls,
      `round ${rounds}: ${ended.calls} booked, ${server.calls} seen by the server`,
    );
    mustHold(JSON.stringify(ended.usage) === JSON.stringify(server.told), `round ${rounds}: the usages differ`);
    mustHold(
      ended.logged === requests && ended.loggedTwice === 0,
      `round ${rounds}: ${ended.logged} logged of ${requests}`,
    );
    mustHold(
      requests - 64 === server.calls,
      `round ${rounds}: ${requests - 64} calls of clients, ${server.calls} seen`,
    );
  }
  const took = ((performance.now() - startedMs) / 1_000).toFixed(0);
  const share = ((closest / capMicroUsd) * 100).toFixed(1);
  console.log(
    `64 clients for ${took} s: ${calls} calls, ${refusals} refusals, ${rounds} caps, none exceeded (billed at most ${share} % of it)`,
  );
}

async function holdManyStreams(gateway: Part): Promise<void> {
  const url = await gateway.ask<string>({ type: "begin" });
  const startedMs = performance.now();
  const ends = await Promise.all(Array.from({ length: 200 }, () => call(url, "slow")));
  const whole = ends.filter(({ isWhole }) => isWhole).length;
  mustHold(whole === 200, `200 streams at once: ${whole} came whole`);
  console.log(
    `200 streams of 2 s at once: ${whole} came whole, in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`,
  );
  await gateway.ask({ type: "end" });
}

async function growMemory(parts: { upstream: Part; gateway: Part; calls: number }): Promise<void> {
  const { upstream, gateway, calls } = parts;
  const url = await gateway.ask<string>({ type: "begin" });
  const run = async (count: number) => {
    const client = async () => {
      for (let i = 0; i < count / 32; i++) await call(url, "even");
    };
    await Promise.all(Array.from({ length: 32 }, client));
  };
  await run(calls / 5);
  const early = await gateway.ask<number>({ type: "heap" });
  await run((calls * 4) / 5);
  const late = await gateway.ask<number>({ type: "heap" });
  const server = await upstream.ask<ServerCount>({ type: "count" });
  const ended = await gateway.ask<RoundEnd>({ type: "end" });
  mustHold(ended.calls === server.calls, `memory: ${ended.calls} booked, ${server.calls} seen by the server`);
  mustHold(
    late - early < 8,
    `memory: ${early.toFixed(1)} MB after a fifth of the calls, ${late.toFixed(1)} MB after all`,
  );
  console.log(
    `${server.calls} calls: ${early.toFixed(1)} MB in use after a fifth of them, ${late.toFixed(1)} MB after all`,
  );
}

async function runClient(seconds: number, calls: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ccb-bench-load-"));
  const upstream = await startPart("upstream");
  const gateway = await startPart("gateway", await upstream.ask<string>({ type: "url" }), folder);
  try {
    await loadInRounds({ upstream, gateway, seconds });
    await holdManyStreams(gateway);
    await growMemory({ upstream, gateway, calls });
  } finally {
    gateway.stop();
    upstream.stop();
    agent.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
  for (const failure of failures) console.error(`does not hold: ${failure}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

// A part ends with the client that started it.
process.on("disconnect", () => process.exit());
const [role = "client", ...args] = process.argv.slice(2);
if (role === "upstream") await runUpstream();
else if (role === "gateway") await runGateway(args[0] ?? "", args[1] ?? "");
else await runClient(Number(process.argv[2] ?? 60), Number(process.argv[3] ?? 100_000));

/**
 * What the gateway costs: added time to the first byte, and its throughput against going direct, in one run.
 *
 *   node --conditions=ccb-source packages/gateway/bench/gateway.ts
 *
 * Upstream, gateway and client are three processes, as in a build. Compare the ratios; absolute figures are this machine's. Streams as fast as they go measure the processor: where the
 * three share fewer than three free cores, the gateway's part is taken from the other two, and the processor time of a call says more than the ratio.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { availableParallelism, loadavg } from "node:os";
import { createMemoryMeter } from "../src/_testing/create-memory-meter.ts";
import { sendStream, startUpstream, streamEvents } from "../src/_testing/start-upstream.ts";
import { createGateway } from "../src/index.ts";

async function runUpstream(): Promise<void> {
  const short = streamEvents({ text: "a short answer" });
  const long = streamEvents({ text: "word ".repeat(400) });
  const upstream = await startUpstream(({ headers }, response) => {
    if (headers["x-pace"] === "model") paceStream(response, short);
    else sendStream(response, headers["x-pace"] === "long" ? long : short);
  });
  setInterval(() => upstream.seen.splice(0), 100);
  process.send?.(upstream.url);
}

/** As a model writes: an event every 10 ms. */
function paceStream(response: http.ServerResponse, events: readonly string[]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  let next = 0;
  const timer = setInterval(() => {
    response.write(events[next++] ?? "");
    if (next < events.length) return;
    clearInterval(timer);
    response.end();
  }, 10);
}

async function runGateway(baseUrl: string): Promise<void> {
  const meter = createMemoryMeter();
  // The bench measures the gateway, not the ledger of the tests, which sums its entries at every call.
  const gateway = await createGateway({ upstream: { baseUrl }, meter, onCall: () => meter.entries.splice(0) });
  process.send?.(gateway.urlFor({ build: "bench", phase: undefined, task: undefined, agent: "bench" }));
}

interface Part {
  url: string;
  /** Milliseconds of processor time it has used. */
  readCpuMs: () => Promise<number>;
  stop: () => void;
}

async function startPart(...args: string[]): Promise<Part> {
  const child = fork(import.meta.filename, args, { execArgv: ["--conditions=ccb-source"] });
  const [url] = (await once(child, "message")) as [string];
  const readCpuMs = async () => {
    child.send("cpu");
    const [used] = (await once(child, "message")) as [number];
    return used;
  };
  return { url, readCpuMs, stop: () => child.kill() };
}

function tellCpu(): void {
  const { user, system } = process.cpuUsage();
  process.send?.((user + system) / 1_000);
}

async function runClient(): Promise<void> {
  const upstream = await startPart("upstream");
  const gateway = await startPart("gateway", upstream.url);
  const urls = [upstream.url, gateway.url];
  for (const kilobytes of [2, 60]) {
    const body = makeBody(kilobytes * 1024);
    for (const url of urls) await times(300, () => call({ url, body }));
    const samples: number[][] = [[], []];
    for (let i = 0; i < 1_000; i++) {
      for (const [side, url] of urls.entries()) samples[side]?.push((await call({ url, body })).firstByteMs);
    }
    const [direct = [], through = []] = samples.map((list) => list.toSorted((a, b) => a - b));
    const at = (share: number) => quantile(through, share) - quantile(direct, share);
    console.log(
      `first byte, ${kilobytes} KB request: direct ${quantile(direct, 0.5).toFixed(3)} ms, added median ${at(0.5).toFixed(3)} ms, p99 ${at(0.99).toFixed(3)} ms`,
    );
  }
  const rounds = [
    { name: "64 streams at a model's pace", clients: 64, calls: 10, pace: "model" },
    { name: "16 streams as fast as they go", clients: 16, calls: 60, pace: "long" },
  ];
  for (const round of rounds) {
    const ratios: number[] = [];
    const cpuMs: number[] = [];
    for (let i = 0; i < 5; i++) {
      const direct = await runRound(upstream.url, round);
      const before = await gateway.readCpuMs();
      const through = await runRound(gateway.url, round);
      cpuMs.push(((await gateway.readCpuMs()) - before) / (round.clients * round.calls));
      ratios.push((direct / through) * 100);
    }
    const [least = 0, , middle = 0, , most = 0] = ratios.toSorted((a, b) => a - b);
    const range = `${least.toFixed(0)} to ${most.toFixed(0)}`;
    const cpu = quantile(
      cpuMs.toSorted((a, b) => a - b),
      0.5,
    ).toFixed(2);
    console.log(
      `throughput, ${round.name}: ${middle.toFixed(1)} % of direct (median of 5, ${range}); processor time of the gateway ${cpu} ms a call`,
    );
  }
  console.log(`load average ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores`);
  gateway.stop();
  upstream.stop();
}

async function runRound(url: string, round: { clients: number; calls: number; pace: string }): Promise<number> {
  const body = makeBody(2_048);
  const startedMs = performance.now();
  const client = () => times(round.calls, () => call({ url, body, pace: round.pace }));
  await Promise.all(Array.from({ length: round.clients }, client));
  return (performance.now() - startedMs) / 1000;
}

async function times(count: number, run: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i++) await run();
}

const agent = new http.Agent({ keepAlive: true });

function call(request: { url: string; body: string; pace?: string }): Promise<{ firstByteMs: number }> {
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(request.body),
      ...(request.pace ? { "x-pace": request.pace } : {}),
    };
    const startedMs = performance.now();
    const sent = http.request(`${request.url}/v1/messages`, { method: "POST", agent, headers }, (response) => {
      let firstByteMs: number | undefined;
      response.on("data", () => {
        firstByteMs ??= performance.now() - startedMs;
      });
      response.on("end", () => resolve({ firstByteMs: firstByteMs ?? 0 }));
    });
    sent.on("error", reject);
    sent.end(request.body);
  });
}

function makeBody(bytes: number): string {
  const content = "some text of a request ".repeat(Math.ceil(bytes / 23)).slice(0, bytes);
  return JSON.stringify({
    model: "claude-opus-5-5",
    max_tokens: 100,
    stream: true,
    messages: [{ role: "user", content }],
  });
}

function quantile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

// A part ends with the client that started it.
process.on("disconnect", () => process.exit());
const role = process.argv[2] ?? "client";
process.on("message", tellCpu);
if (role === "upstream") await runUpstream();
else if (role === "gateway") await runGateway(process.argv[3] ?? "");
else await runClient();

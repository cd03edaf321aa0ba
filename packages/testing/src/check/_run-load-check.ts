import { performance } from "node:perf_hooks";
import type { LoadCheck, Observation } from "@ccb/core";
import { fillJson, fillText, type Variables } from "./_fill-variables.ts";
import { failedObservation, show } from "./_look.ts";
import { type LoadFigures, type LoadRequest, measureLoad } from "./_measure-load.ts";
import { type ServiceInUse, withService } from "./_with-service.ts";
import type { CheckPlace, Look } from "./check-kind.ts";

/** Above this share of its time the measuring process itself is the bottleneck. */
const busyShare = 0.95;

/** Loads the service as the check says and holds the figures against its limits. */
export function runLoadCheck(check: LoadCheck, place: CheckPlace): Promise<Look> {
  return withService(
    { service: check.service, requests: check.setup },
    { place, use: (service) => observeLoad(check, place, service) },
  );
}

async function observeLoad(check: LoadCheck, place: CheckPlace, service: ServiceInUse): Promise<Observation[]> {
  // A first look at every request says what is missing before the load begins.
  const first = check.requests.map((request) => fillRequest(request, service.variables, 0));
  for (const request of first) {
    if ("missing" in request)
      return [failedObservation("the load", "a value for every placeholder", `nothing saved as "${request.missing}"`)];
  }
  const send = (count: number): LoadRequest => {
    const request = check.requests[count % check.requests.length];
    const filled = request && fillRequest(request, service.variables, count);
    if (!filled || "missing" in filled) throw new TypeError("The requests were looked at before.");
    return filled;
  };
  const { host, port } = service.running;
  const load = { host, port, concurrency: check.concurrency, timeoutMs: service.timeoutMs, signal: place.signal, send };
  if (check.warmUpMs) await measureLoad({ ...load, durationMs: check.warmUpMs });
  const before = performance.eventLoopUtilization();
  const figures = await measureLoad({ ...load, durationMs: check.durationMs });
  const own = performance.eventLoopUtilization(before).utilization;
  place.signal?.throwIfAborted();
  return observeFigures(check, figures, own);
}

/** The observations that the figures of a load come to. Pure. */
export function observeFigures(check: LoadCheck, figures: LoadFigures, ownUtilization = 0): Observation[] {
  const { expect, concurrency } = check;
  const { requests, errors, seconds } = figures;
  const from = `${requests} requests of ${concurrency} clients in ${seconds.toFixed(1)} s`;
  const note = ownUtilization > busyShare ? "; the measuring process itself was fully busy" : "";
  const rate = requests === 0 ? 1 : errors / requests;
  const most = expect.errorRate ?? 0;
  const observations: Observation[] = [
    {
      passed: requests > 0 && rate <= most,
      what: "errors under load",
      expected: `at most ${percent(most)}`,
      received: `${percent(rate)} (${errors} of ${from})${figures.firstError ? `; first: ${figures.firstError}` : ""}`,
    },
  ];
  for (const [name, limit, value] of [
    ["p95", expect.p95Ms, figures.p95Ms],
    ["p99", expect.p99Ms, figures.p99Ms],
  ] as const) {
    if (limit === undefined) continue;
    const received = value === undefined ? "no answer to measure" : `${value.toFixed(1)} ms (${from}${note})`;
    observations.push({
      passed: value !== undefined && value <= limit,
      what: `${name} latency under load`,
      expected: `at most ${limit} ms`,
      received,
    });
  }
  if (expect.requestsPerSecond !== undefined) {
    const achieved = (requests - errors) / seconds;
    observations.push({
      passed: achieved >= expect.requestsPerSecond,
      what: "throughput under load",
      expected: `at least ${expect.requestsPerSecond} requests a second`,
      received: `${achieved.toFixed(1)} (${from}${note})`,
    });
  }
  return observations;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function fillRequest(
  request: LoadCheck["requests"][number],
  saved: Variables,
  count: number,
): LoadRequest | { missing: string } {
  const variables = new Map([...saved, ["n", count]]);
  const path = fillText(request.path, variables, encodeURIComponent);
  if ("missing" in path) return path;
  const headers = fillJson(request.headers ?? {}, variables);
  if ("missing" in headers) return headers;
  const body = fillJson(request.body, variables);
  if ("missing" in body) return body;
  const text = body.value === undefined ? undefined : JSON.stringify(body.value);
  const named = Object.entries(headers.value as Record<string, unknown>).map(([name, value]) => [
    name.toLowerCase(),
    typeof value === "string" ? value : show(value),
  ]);
  return {
    method: request.method,
    path: path.value,
    headers: { ...(text === undefined ? {} : { "content-type": "application/json" }), ...Object.fromEntries(named) },
    body: text,
    isExpected: (status) => (request.status ? request.status.includes(status) : status < 400),
  };
}

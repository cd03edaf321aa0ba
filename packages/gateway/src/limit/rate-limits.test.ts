import type { ServerResponse } from "node:http";
import type { RateLimitHold } from "@ccb/core";
import { afterEach, describe, expect, it } from "vitest";
import { ask, createClient, scope, startGateway } from "../_testing/start-gateway.ts";
import { type SeenRequest, sendJson, wholeMessage } from "../_testing/start-upstream.ts";
import type { GatewayOptions } from "../gateway.ts";

type Started = Awaited<ReturnType<typeof startGateway>>;
const started: Started[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.close();
});

const limited = JSON.stringify({ type: "error", error: { type: "rate_limit_error", message: "slow down" } });

/** An upstream that refuses the calls whose number is listed, with when each call came. */
async function startLimited(
  refuse: (seen: { call: number; model: unknown }) => Record<string, string> | undefined,
  options: Partial<GatewayOptions> = {},
) {
  const arrivals: { at: number; model: unknown; text: string }[] = [];
  const holds: RateLimitHold[] = [];
  const one = await startGateway(
    ({ json }: SeenRequest, response: ServerResponse) => {
      const text = String((json.messages as { content: string }[])[0]?.content);
      arrivals.push({ at: performance.now(), model: json.model, text });
      const headers = refuse({ call: arrivals.length, model: json.model });
      for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
      if (headers && !("anthropic-ratelimit-requests-limit" in headers)) sendJson(response, limited, 429);
      else sendJson(response, wholeMessage({ text: "x" }));
    },
    { onHold: (hold) => holds.push(hold), ...options },
  );
  started.push(one);
  const call = (task: string, model = "claude-opus-5-5") =>
    createClient(one.gateway.urlFor({ ...scope, task }))
      .messages.create({ ...ask(task), model })
      .then(
        () => "answered",
        (error: { status?: number; headers?: Headers }) =>
          `${error.status} ${error.headers?.get("retry-after") ?? ""}`.trim(),
      );
  return { ...one, arrivals, holds, call };
}

describe("one rate limiter for all sessions", () => {
  it("holds the calls of the others when one session is told to wait, and lets one go ahead first", async () => {
    const one = await startLimited(({ call }) => (call === 1 ? { "retry-after-ms": "300" } : undefined));
    expect(await one.call("a")).toMatch(/^429/);
    const refusedAt = one.arrivals[0]?.at ?? 0;
    expect(await Promise.all(["b", "c", "d"].map((task) => one.call(task)))).toEqual([
      "answered",
      "answered",
      "answered",
    ]);
    const [, first, second] = one.arrivals;
    expect((first?.at ?? 0) - refusedAt).toBeGreaterThan(290);
    expect(second?.at).toBeGreaterThan(first?.at ?? Number.NaN);
    expect(one.arrivals.map(({ text }) => text)).toEqual(["a", "b", "c", "d"]);
    expect(one.holds).toMatchObject([{ model: "claude-opus-5-5", reason: expect.stringContaining("answered 429") }]);
    expect(one.meter.openReservations()).toBe(0);
  });

  it("does not hold the calls to another model", async () => {
    const one = await startLimited(({ model }) => (model === "claude-opus-5-5" ? { "retry-after": "60" } : undefined));
    await one.call("a");
    expect(await one.call("b", "claude-sonnet-5")).toBe("answered");
  });

  it("answers 429 itself, with how long to wait, where the wait is longer than a call is held", async () => {
    const one = await startLimited(() => ({ "retry-after": "60" }), { limits: { maxHoldMs: 1_000 } });
    await one.call("a");
    expect(await one.call("b")).toBe("429 60");
    expect(one.arrivals).toHaveLength(1);
    expect(one.logged.at(-1)).toMatchObject({ outcome: "refused", status: 429 });
    expect(one.gateway.stats()).toMatchObject({ heldBack: 1, queued: 0 });
  });

  it("backs off by itself when a server does not say how long, longer each time", async () => {
    const one = await startLimited(() => ({}), { limits: { maxHoldMs: 0 } });
    expect([await one.call("a"), await one.call("b")]).toEqual(["429", "429 1"]);
    expect(one.arrivals).toHaveLength(1);
  });

  it("holds calls before a limit is broken, as the server's headers tell", async () => {
    const headers = (remaining: string) => ({
      "anthropic-ratelimit-requests-limit": "60",
      "anthropic-ratelimit-requests-remaining": remaining,
      "anthropic-ratelimit-requests-reset": new Date(Date.now() + 60_000).toISOString(),
    });
    // 60 a minute: one a second comes back.
    const one = await startLimited(({ call }) => headers(call === 1 ? "0" : "5"));
    await one.call("a");
    expect(await one.call("b")).toBe("answered");
    expect((one.arrivals[1]?.at ?? 0) - (one.arrivals[0]?.at ?? 0)).toBeGreaterThan(900);
    expect(one.holds).toEqual([]);
  });

  it("waits on after a restart, until the moment that was kept", async () => {
    const kept: RateLimitHold[] = [];
    const holds = { load: () => kept, save: (hold: RateLimitHold) => void kept.push(hold) };
    const limits = { maxHoldMs: 1_000 };
    const before = await startLimited(() => ({ "retry-after": "90" }), { holds, limits });
    await before.call("a");
    await before.close();
    expect(kept).toHaveLength(1);
    const after = await startLimited(() => undefined, { holds, limits, upstream: { baseUrl: before.upstream.url } });
    expect(await after.call("b")).toMatch(/^429 (90|8\d)$/);
  });

  it("bounds those who wait and those who run, and forgets whoever leaves", async () => {
    const answers: (() => void)[] = [];
    const one = await startGateway(
      (_, response) => void answers.push(() => sendJson(response, wholeMessage({ text: "x" }))),
      { limits: { maxConcurrent: 2, maxQueued: 1 } },
    );
    started.push(one);
    const leaving = new AbortController();
    const call = (signal?: AbortSignal) =>
      fetch(`${one.base}/v1/messages`, {
        method: "POST",
        body: JSON.stringify(ask("x")),
        ...(signal ? { signal } : {}),
      }).then(
        ({ status }) => status,
        () => "left",
      );
    const until = async (isTrue: () => boolean) => {
      while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
    };
    const running = [call(), call()];
    await until(() => answers.length === 2);
    const waits = call(leaving.signal);
    await until(() => one.gateway.stats().queued === 1);
    expect(await call()).toBe(429);
    leaving.abort();
    expect(await waits).toBe("left");
    await until(() => one.gateway.stats().queued === 0);
    const next = call();
    await until(() => one.gateway.stats().queued === 1);
    for (const answer of answers.splice(0)) answer();
    expect(await Promise.all(running)).toEqual([200, 200]);
    await until(() => answers.length === 1);
    for (const answer of answers.splice(0)) answer();
    expect(await next).toBe(200);
    expect(one.meter.entries).toHaveLength(3);
  });

  it("tells those who wait when the gateway is closed", async () => {
    const one = await startLimited(({ call }) => (call === 1 ? { "retry-after": "60" } : undefined));
    await one.call("a");
    const waiting = one.call("b");
    while (one.gateway.stats().queued === 0) await new Promise((resolve) => setImmediate(resolve));
    await one.gateway.close();
    expect(await waiting).toBe("502");
    expect(one.meter.entries).toHaveLength(1);
  });
});

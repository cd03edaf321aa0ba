import { once } from "node:events";
import http from "node:http";
import { type CallScope, CcbError, noUsage } from "@ccb/core";
import { afterEach, describe, expect, it } from "vitest";
import { priceUsage } from "./_testing/create-memory-meter.ts";
import { ask, createClient, scope, startGateway, upstreamKey } from "./_testing/start-gateway.ts";
import { sendJson, sendStream, startUpstream, streamEvents, wholeMessage } from "./_testing/start-upstream.ts";
import { createGateway } from "./create-gateway.ts";

type Started = Awaited<ReturnType<typeof startGateway>>;
const started: Started[] = [];
async function start(...args: Parameters<typeof startGateway>): Promise<Started> {
  const one = await startGateway(...args);
  started.push(one);
  return one;
}
afterEach(async () => {
  for (const one of started.splice(0)) await one.close();
});

/** The outcome of a promise that is expected to reject. */
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("faults of the upstream", () => {
  it("passes 429 and 500 on with their headers and books nothing", async () => {
    const statuses = [429, 500];
    const one = await start((_, response) => {
      const status = statuses.shift();
      if (status === undefined) return sendJson(response, wholeMessage({ text: "third time" }));
      response.setHeader("retry-after-ms", "1");
      sendJson(
        response,
        `{"type":"error","error":{"type":"rate_limit_error","message":"key ${upstreamKey} is busy"}}`,
        status,
      );
    });
    const failure = await failureOf(createClient(one.base).messages.create(ask("a")));
    expect(failure).toMatchObject({ status: 429, requestID: "req_whole" });
    expect(String(failure)).not.toContain(upstreamKey);

    const message = await createClient(one.base, 2).messages.create(ask("b"));
    expect(message.content).toMatchObject([{ text: "third time" }]);
    expect(one.meter.entries.map((entry) => [entry.status, entry.costMicroUsd])).toEqual([
      ["failed", 0],
      ["failed", 0],
      ["answered", 540],
    ]);
    expect(one.logged.map((call) => call.status)).toEqual([429, 500, 200]);
    expect(JSON.stringify(one.logged)).not.toContain(upstreamKey);
  });

  it("books what the events of a cut stream said, and cuts the client's too", async () => {
    const events = streamEvents({ text: "twelve bytes and more" });
    const one = await start((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(events.slice(0, 4).join(""), () => response.destroy());
    });
    expect(await failureOf(createClient(one.base).messages.stream(ask("a")).finalMessage())).toBeInstanceOf(Error);
    await one.untilLogged(1);

    expect(one.meter.entries).toMatchObject([
      { status: "cut", messageId: "msg_1", usage: { inputTokens: 100, outputTokens: 1 } },
    ]);
    expect(one.logged[0]?.responseBody).toMatchObject({ content: [{ text: "twelve byt" }] });
  });

  it("books the output that was counted when the stream is cut after its count", async () => {
    const one = await start((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(streamEvents({ text: "x", outputTokens: 3 }).slice(0, -1).join(""), () => response.destroy());
    });
    await failureOf(createClient(one.base).messages.stream(ask("a")).finalMessage());
    await one.untilLogged(1);
    expect(one.meter.entries).toMatchObject([{ status: "cut", usage: { outputTokens: 3 } }]);
  });

  it("books an error in mid-stream as a cut and passes it on", async () => {
    const events = streamEvents({ text: "abc" }).slice(0, 3);
    events.push('event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n');
    const one = await start((_, response) => sendStream(response, events));
    const failure = await failureOf(createClient(one.base).messages.stream(ask("a")).finalMessage());

    expect(String(failure)).toContain("Overloaded");
    await one.untilLogged(1);
    expect(one.meter.entries).toMatchObject([{ status: "cut", usage: { inputTokens: 100, outputTokens: 1 } }]);
    expect(one.logged[0]?.responseBody).toMatchObject({ stream_error: { error: { type: "overloaded_error" } } });
  });

  it("answers 502 in Anthropic's shape when the upstream is down, and books nothing", async () => {
    const one = await start(() => {});
    await one.upstream.close();
    const failure = await failureOf(createClient(one.base).messages.create(ask("a")));

    expect(failure).toMatchObject({ status: 502, error: { type: "error", error: { type: "api_error" } } });
    expect(String(failure)).toContain("ECONNREFUSED");
    expect(one.meter.entries).toMatchObject([{ status: "failed", usage: noUsage }]);
    const counted = await fetch(`${one.base}/v1/messages/count_tokens`, { method: "POST", body: "{}" });
    expect([counted.status, one.logged[1]?.outcome]).toEqual([502, "failed"]);
  });

  it("books a call as unknown when the connection is lost before any answer", async () => {
    const one = await start((_, response) => response.destroy());
    expect(await failureOf(createClient(one.base).messages.create(ask("a")))).toMatchObject({ status: 502 });
    expect(one.meter.entries).toMatchObject([
      { status: "unknown", messageId: undefined, usage: noUsage, costMicroUsd: undefined },
    ]);
    expect(one.booked).toMatchObject([{ call: { outcome: "unknown", costMicroUsd: undefined } }]);
  });

  it("books a success that tells no usage as unknown", async () => {
    const one = await start((_, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<html>a portal</html>");
    });
    const response = await fetch(`${one.base}/v1/messages`, { method: "POST", body: JSON.stringify(ask("a")) });
    expect(await response.text()).toBe("<html>a portal</html>");
    expect(one.meter.entries).toMatchObject([{ status: "unknown" }]);
  });
});

describe("a client that leaves", () => {
  it("ends the upstream's request and books it as unknown when nothing was seen", async () => {
    const reached = Promise.withResolvers<http.ServerResponse>();
    const one = await start((_, response) => reached.resolve(response));
    const abort = new AbortController();
    const call = failureOf(createClient(one.base).messages.create(ask("a", 60), { signal: abort.signal }));
    const upstreamSide = await reached.promise;
    const ended = once(upstreamSide, "close");
    abort.abort();
    await Promise.all([call, ended, one.untilLogged(1)]);
    expect(one.meter.entries).toMatchObject([{ status: "unknown", usage: noUsage }]);
    expect(one.gateway.stats()).toMatchObject({ inFlight: 0, unknown: 1 });
  });

  it("books what was seen when it leaves in mid-stream", async () => {
    const reached = Promise.withResolvers<http.ServerResponse>();
    const one = await start((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(streamEvents({ text: "hello" }).slice(0, 3).join(""));
      reached.resolve(response);
    });
    const stream = createClient(one.base).messages.stream(ask("a"));
    await new Promise((resolve) => stream.once("text", resolve));
    const ended = once(await reached.promise, "close");
    stream.abort();
    await Promise.all([ended, one.untilLogged(1), failureOf(stream.done())]);
    expect(one.meter.entries).toMatchObject([{ status: "cut", usage: { inputTokens: 100, outputTokens: 1 } }]);
    expect(one.meter.openReservations()).toBe(0);
  });

  it("lets a slow reader slow the upstream down instead of filling memory", async () => {
    const piece = `event: ping\ndata: ${"x".repeat(64 * 1024)}\n\n`;
    let written = 0;
    const full = Promise.withResolvers<void>();
    const one = await start((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const events = streamEvents({ text: "a" });
      response.write(events[0]);
      const pour = () => {
        while (written < 3_000) {
          written += 1;
          if (!response.write(piece)) {
            response.once("drain", pour);
            // Nothing drains any more once every buffer on the way is full.
            setTimeout(full.resolve, 300).unref();
            return;
          }
        }
        response.end(events.slice(1).join(""));
      };
      pour();
    });
    const request = http.request(`${one.base}/v1/messages`, { method: "POST" });
    request.end(JSON.stringify({ ...ask("a"), stream: true }));
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    await full.promise;
    const poured = written;
    expect(poured).toBeLessThan(1_000);
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) bytes += chunk.length;
    expect(bytes).toBeGreaterThan(3_000 * 64 * 1024);
    expect(one.meter.entries).toMatchObject([{ status: "answered" }]);
  });
});

describe("many at once", () => {
  it("never passes the cap with 64 clients, some of them cut, and books what the upstream billed to the cent", async () => {
    const billed = { answered: 0, cut: 0 };
    let overshot = 0;
    const capMicroUsd = 400_000;
    const one = await start(
      ({ json }, response) => {
        const [message] = json.messages as { content: string }[];
        const number = Number(message?.content.replace(/\D/g, ""));
        const isCut = number % 20 === 0;
        const usage = { ...noUsage, inputTokens: 10 + number, outputTokens: number % 50 };
        billed[isCut ? "cut" : "answered"] += priceUsage("claude-opus-5-5", usage);
        if (billed.answered + billed.cut > capMicroUsd) overshot += 1;
        const answer = { text: `answer ${number}`, id: `msg_${number}`, ...usage };
        if (isCut) response.destroy();
        else if (json.stream) sendStream(response, streamEvents(answer));
        else sendJson(response, wholeMessage(answer));
      },
      { capMicroUsd },
    );
    let number = 0;
    const ended = { answered: 0, refused: 0, lost: 0 };
    const work = async (worker: number) => {
      const mine: CallScope = { build: "b", phase: "p", task: `task-${worker}`, agent: "claude-code" };
      const client = createClient(one.gateway.urlFor(mine));
      for (let i = 0; i < 12; i++) {
        const request = ask(`call ${++number}`);
        const call = i % 2 === 0 ? client.messages.create(request) : client.messages.stream(request).finalMessage();
        const failure = (await failureOf(call)) as { status?: number } | undefined;
        if (failure === undefined) ended.answered += 1;
        else if (failure.status === 403) ended.refused += 1;
        else ended.lost += 1;
      }
    };
    await Promise.all(Array.from({ length: 64 }, (_, worker) => work(worker)));

    const booked = (status: string) => one.meter.entries.filter((entry) => entry.status === status);
    expect(overshot).toBe(0);
    expect(ended.answered).toBeGreaterThan(20);
    expect(ended.refused).toBeGreaterThan(50);
    expect(booked("answered").reduce((sum, entry) => sum + (entry.costMicroUsd ?? 0), 0)).toBe(billed.answered);
    expect([booked("answered").length, booked("unknown").length]).toEqual([ended.answered, ended.lost]);
    expect(one.upstream.seen.length).toBe(ended.answered + ended.lost);
    expect(one.refusals.length).toBe(ended.refused);
    expect(new Set(one.logged.map((call) => call.callNumber)).size).toBe(64 * 12);
    expect(one.meter.totals().reservedMicroUsd).toBe(0);
  });

  it("books every call under the scope whose URL it came by", async () => {
    const one = await start(({ json }, response) => {
      const [message] = json.messages as { content: string }[];
      setTimeout(() => sendJson(response, wholeMessage({ text: "x", id: message?.content ?? "" })), Math.random() * 5);
    });
    const scopes = Array.from({ length: 20 }, (_, i) => ({
      ...scope,
      task: `t${i}`,
      agent: i % 2 ? "claude-code" : "planner",
    }));
    await Promise.all(
      scopes.flatMap((mine) =>
        [1, 2, 3].map(() => createClient(one.gateway.urlFor(mine)).messages.create(ask(`${mine.task}/${mine.agent}`))),
      ),
    );
    expect(one.meter.entries).toHaveLength(60);
    for (const entry of one.meter.entries) expect(entry.messageId).toBe(`${entry.scope.task}/${entry.scope.agent}`);
    expect(one.gateway.urlFor({ ...scope })).toBe(one.base);
  });
});

describe("ending and failing", () => {
  it("waits for calls in flight when it is closed, and takes no new ones", async () => {
    const reached = Promise.withResolvers<http.ServerResponse>();
    const one = await start((_, response) => reached.resolve(response));
    const call = createClient(one.base).messages.create(ask("a"));
    const upstreamSide = await reached.promise;
    const closed = one.gateway.close();
    expect(await failureOf(fetch(one.base))).toBeInstanceOf(Error);
    sendJson(upstreamSide, wholeMessage({ text: "in time" }));

    expect((await call).content).toMatchObject([{ text: "in time" }]);
    await closed;
    expect(one.meter.entries).toMatchObject([{ status: "answered" }]);
  });

  it("breaks off and books what is still in flight at the limit", async () => {
    const reached = Promise.withResolvers<void>();
    const one = await start(() => reached.resolve(), { drainMs: 20 });
    const call = failureOf(createClient(one.base).messages.create(ask("a")));
    await reached.promise;
    await one.gateway.close();
    expect(one.meter.entries).toMatchObject([{ status: "unknown" }]);
    expect(await call).toBeInstanceOf(Error);
  });

  it("reserves a whole number whatever a client asks for", async () => {
    const asked: unknown[] = [];
    const one = await start((_, response) => sendJson(response, wholeMessage({ text: "x" })));
    const gateway = await createGateway({
      upstream: { baseUrl: one.upstream.url },
      estimateInputTokens: () => Number.NaN,
      meter: {
        ...one.meter,
        reserve: (request) => {
          asked.push([request.inputTokens, request.maxOutputTokens, request.maxWebSearches]);
          return one.meter.reserve(request);
        },
      },
    });
    const tools = (uses: unknown) => [{ type: "web_search_20250305", name: "web_search", max_uses: uses }];
    for (const change of [
      { max_tokens: 1e300 },
      { max_tokens: -1, tools: tools(2.5) },
      { max_tokens: "9", tools: tools("x") },
    ]) {
      await fetch(`${gateway.urlFor(scope)}/v1/messages`, {
        method: "POST",
        body: JSON.stringify({ ...ask("a"), ...change }),
      });
    }
    await gateway.close();
    expect(asked).toEqual([
      [1_000_000, 10_000_000, undefined],
      [1_000_000, 128_000, 3],
      [1_000_000, 128_000, 10],
    ]);
  });

  it("lets no priced call through once the ledger has failed", async () => {
    const upstream = await startUpstream((_, response) => sendJson(response, wholeMessage({ text: "x" })));
    const problems: CcbError[] = [];
    const gateway = await createGateway({
      upstream: { baseUrl: upstream.url },
      meter: {
        reserve: () => ({ granted: true, reservationId: 1, reservedMicroUsd: 1 }),
        settle: () => {
          throw new Error("database is gone");
        },
        totals: () => {
          throw new Error("database is gone");
        },
      },
      callLog: {
        write: () => {
          throw new Error("disk full");
        },
      },
      onProblem: (error) => problems.push(error),
    });
    const client = createClient(gateway.urlFor(scope));
    await client.messages.create(ask("paid already"));
    expect(await failureOf(client.messages.create(ask("b")))).toMatchObject({ status: 403 });
    await gateway.close();
    await upstream.close();

    expect(upstream.seen).toHaveLength(1);
    expect(problems.map((error) => error.code)).toEqual(["store-failed", "io-failed", "io-failed"]);
    expect(gateway.stats().unloggedCalls).toBe(2);
  });

  it("says what is wrong with a base URL or a port", async () => {
    const one = await start(() => {});
    const { meter } = one;
    for (const baseUrl of ["", "localhost:1", "ftp://x", "http://user:secret@host", "http://host?x=1"]) {
      const error = await failureOf(createGateway({ upstream: { baseUrl }, meter }));
      expect(error).toMatchObject({ code: "usage" });
      expect(String(error)).not.toContain("secret");
    }
    const port = Number(new URL(one.gateway.url).port);
    const taken = await failureOf(createGateway({ upstream: { baseUrl: one.upstream.url }, meter, port }));
    expect(CcbError.isInstance(taken) && taken.code).toBe("gateway-failed");
  });
});

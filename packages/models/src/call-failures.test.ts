import { describe, expect, it } from "vitest";
import { type Answer, sayError, sayText, startServer } from "./_test-server.ts";
import { createAnthropicModel } from "./create-anthropic-model.ts";

const scope = { build: "b1", phase: undefined, task: undefined, agent: "tester" };
const question = { system: "You are the tester agent.", prompt: "Say yes.", scope };

async function modelAt(...answers: Answer[]) {
  const server = await startServer(...answers);
  const model = createAnthropicModel({
    model: "claude-opus-5-5",
    baseUrl: server.url,
    apiKey: "sk-test",
    maxRetries: 2,
    idleTimeoutMs: 300,
  });
  return { model, seen: server.seen };
}

describe("a transient failure", () => {
  it.each([
    [
      "429 with retry-after",
      sayError(429, { type: "rate_limit_error", message: "slow down", headers: { "retry-after": "0" } }),
    ],
    ["529", sayError(529, { type: "overloaded_error", message: "busy", headers: { "retry-after-ms": "1" } })],
    ["500", sayError(500, { type: "api_error", message: "oops", headers: { "retry-after-ms": "1" } })],
  ])("is tried again: %s", async (_name, failure) => {
    const { model, seen } = await modelAt(failure, sayText("yes"));
    expect((await model.generate(question)).value).toBe("yes");
    expect(seen).toHaveLength(2);
  });

  it("in mid-stream is tried again, and what the broken call used is counted", async () => {
    const { model, seen } = await modelAt(sayText("no, this bre", { cut: true }), sayText("yes", { outputTokens: 7 }));
    const result = await model.generate(question);
    expect(result).toMatchObject({ value: "yes", calls: 1, usage: { inputTokens: 20, outputTokens: 8 } });
    expect(seen).toHaveLength(2);
  });

  it("is seen where a stream ends without its closing event", async () => {
    const { model } = await modelAt(sayText("half an ans", { short: true }), sayText("yes"));
    expect((await model.generate(question)).value).toBe("yes");
  });

  it("is seen where the stream carries an error event", async () => {
    const overloaded: Answer = (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(
        `event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n`,
      );
    };
    const { model, seen } = await modelAt(overloaded, sayText("yes"));
    expect((await model.generate(question)).value).toBe("yes");
    expect(seen).toHaveLength(2);
  });

  it("is seen where what comes is no stream of the API", async () => {
    const garbage: Answer = (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end('event: message_start\ndata: {"type": oops\n\n');
    };
    const { model, seen } = await modelAt(garbage, sayText("yes"));
    expect((await model.generate(question)).value).toBe("yes");
    expect(seen).toHaveLength(2);
  });

  it("that stays is an error with the number of tries", async () => {
    const { model, seen } = await modelAt(
      sayError(529, { type: "overloaded_error", message: "busy", headers: { "retry-after-ms": "1" } }),
    );
    await expect(model.generate(question)).rejects.toMatchObject({
      code: "model-failed",
      message: expect.stringMatching(/529.*3 tries.*busy/),
      details: { status: 529, tries: 3 },
    });
    expect(seen).toHaveLength(3);
  });

  it("is an error where nobody listens", async () => {
    const model = createAnthropicModel({ model: "m", baseUrl: "http://127.0.0.1:1", apiKey: "k", maxRetries: 0 });
    await expect(model.generate(question)).rejects.toMatchObject({
      code: "model-failed",
      message: expect.stringContaining("could not be reached"),
    });
  });
});

describe("a silent server", () => {
  it("is given up after the idle time and asked once more", async () => {
    const silentMidway: Answer = (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`event: ping\ndata: {"type":"ping"}\n\n`);
    };
    const { model, seen } = await modelAt(silentMidway, sayText("yes"));
    expect((await model.generate(question)).value).toBe("yes");
    expect(seen).toHaveLength(2);
  });

  it("is an error the second time, also where not even headers came", async () => {
    const { model, seen } = await modelAt(() => undefined);
    await expect(model.generate(question)).rejects.toMatchObject({
      code: "model-failed",
      message: expect.stringContaining("went silent"),
      details: { kind: "stalled", tries: 2 },
    });
    expect(seen).toHaveLength(2);
  });

  it("is not one that leaves the connection open after a whole answer", async () => {
    const { model, seen } = await modelAt(sayText("yes", { open: true }));
    expect((await model.generate(question)).value).toBe("yes");
    expect(seen).toHaveLength(1);
  });

  it("is not one that only pings for longer than the idle time", async () => {
    const { model, seen } = await modelAt(sayText("yes", { pings: 12 }));
    expect((await model.generate(question)).value).toBe("yes");
    expect(seen).toHaveLength(1);
  });
});

describe("a lasting failure", () => {
  it.each([
    [
      "401",
      sayError(401, { type: "authentication_error", message: "invalid x-api-key" }),
      "no-credentials",
      "ANTHROPIC_API_KEY",
    ],
    [
      "a reached cap",
      sayError(403, { type: "permission_error", message: "CCB budget reached: cap $1.00" }),
      "budget-reached",
      "--max-cost",
    ],
    ["403", sayError(403, { type: "permission_error", message: "not yours" }), "model-failed", "may not use"],
    [
      "404",
      sayError(404, { type: "not_found_error", message: "model: nope" }),
      "model-failed",
      "exists on this server",
    ],
    [
      "a prompt too long",
      sayError(400, { type: "invalid_request_error", message: "prompt is too long: 9 > 8" }),
      "model-failed",
      "larger window",
    ],
    [
      "no credit",
      sayError(400, { type: "invalid_request_error", message: "Your credit balance is too low" }),
      "model-failed",
      "Add credit",
    ],
    [
      "a 429 that asks for a longer wait than a call may take",
      sayError(429, { type: "rate_limit_error", message: "later", headers: { "retry-after": "3600" } }),
      "model-failed",
      "asks to wait 3600 s",
    ],
    [
      "a server that says not to retry",
      sayError(500, { type: "api_error", message: "x", headers: { "x-should-retry": "false" } }),
      "model-failed",
      "",
    ],
  ])("is not tried again: %s", async (_name, failure, code, hint) => {
    const { model, seen } = await modelAt(failure);
    await expect(model.generate(question)).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) });
    expect(seen).toHaveLength(1);
  });
});

describe("an aborted call", () => {
  it("rejects with the signal's reason in mid-stream", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const { model, seen } = await modelAt((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
      controller.abort(reason);
    });
    await expect(model.generate({ ...question, signal: controller.signal })).rejects.toBe(reason);
    expect(seen).toHaveLength(1);
  });

  it("does not sit out the wait before the next try", async () => {
    const controller = new AbortController();
    const { model } = await modelAt((response, seen) => {
      void sayError(429, { type: "rate_limit_error", message: "later", headers: { "retry-after": "200" } })(
        response,
        seen,
      );
      response.on("close", () => controller.abort(new Error("enough")));
    });
    await expect(model.generate({ ...question, signal: controller.signal })).rejects.toThrow("enough");
  });

  it("is not even made when the signal was aborted before", async () => {
    const { model, seen } = await modelAt(sayText("yes"));
    await expect(model.generate({ ...question, signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
    expect(seen).toHaveLength(0);
  });
});

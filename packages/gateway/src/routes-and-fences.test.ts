import type { CallScope } from "@ccb/core";
import { afterEach, describe, expect, it } from "vitest";
import { ask, createClient, scope, startGateway, upstreamKey } from "./_testing/start-gateway.ts";
import { sendJson, startUpstream, wholeMessage } from "./_testing/start-upstream.ts";
import type { GatewayOptions } from "./gateway.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
const answerAs = (text: string) => (_: unknown, response: Parameters<typeof sendJson>[0]) =>
  sendJson(response, wholeMessage({ text }));
async function start(options: Partial<GatewayOptions> & { capMicroUsd?: number } = {}) {
  const one = await startGateway(answerAs("anthropic"), options);
  closers.push(one.close);
  return one;
}
const statusOf = (error: { status?: number; message?: string }) => `${error.status} ${error.message}`;

describe("upstreams by model", () => {
  it("sends each model where the table says, with the credentials of that server only", async () => {
    const other = await startUpstream(answerAs("other"));
    closers.push(other.close);
    const upstream = { baseUrl: `${other.url}/anthropic`, authToken: "other-token-0123456789" };
    const one = await start({ routes: [{ models: ["claude-haiku-*", "claude-sonnet-5"], upstream }] });
    const client = createClient(one.base);
    const text = async (model: string) => {
      const { content } = await client.messages.create({ ...ask("x"), model });
      return content[0]?.type === "text" ? content[0].text : "";
    };
    expect([
      await text("claude-opus-5-5"),
      await text("claude-haiku-5-5"),
      await text("claude-sonnet-5"),
      await text("claude-sonnet-5-5"),
    ]).toEqual(["anthropic", "other", "other", "anthropic"]);
    await client.messages.countTokens({ model: "claude-haiku-4-5", messages: [{ role: "user", content: "x" }] });
    expect(other.seen.map(({ url }) => url)).toEqual([
      "/anthropic/v1/messages",
      "/anthropic/v1/messages",
      "/anthropic/v1/messages/count_tokens",
    ]);
    for (const { headers } of other.seen) expect(headers.authorization).toBe("Bearer other-token-0123456789");
    expect(JSON.stringify(other.seen)).not.toContain(upstreamKey);
    expect(JSON.stringify(one.upstream.seen)).not.toContain("other-token");
  });

  it("lets the client's credentials through only where it is told to and holds none itself", async () => {
    const open = await startUpstream(answerAs("x"));
    closers.push(open.close);
    const sent = async (upstream: GatewayOptions["upstream"]) => {
      const one = await start({ upstream });
      await createClient(one.base).messages.create(ask("x"));
      return open.seen.at(-1)?.headers.authorization;
    };
    expect(await sent({ baseUrl: open.url, passCredentials: true })).toMatch(/a-dummy-of-the-client/);
    expect(await sent({ baseUrl: open.url })).toBeUndefined();
    expect(await sent({ baseUrl: open.url, apiKey: upstreamKey, passCredentials: true })).toBeUndefined();
    expect(open.seen.at(-1)?.headers["x-api-key"]).toBe(upstreamKey);
  });
});

describe("the fence before a call", () => {
  it("refuses a call whose attempt is no longer the current one: nothing is reserved, sent or told as a budget", async () => {
    let current = 1;
    const asked: CallScope[] = [];
    const one = await start({
      beforeCall: (call) => {
        asked.push(call);
        return call.attempt === current ? undefined : { refuse: `attempt ${current} has taken over` };
      },
    });
    const client = createClient(one.gateway.urlFor({ ...scope, attempt: 1 }));
    await client.messages.create(ask("x"));
    current = 2;
    const refused = await client.messages.create(ask("x")).catch(statusOf);
    expect(refused).toContain("403");
    expect(refused).toContain("CCB does not let this call through: attempt 2 has taken over");
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 1]);
    expect(one.upstream.seen).toHaveLength(1);
    expect(one.meter.openReservations()).toBe(0);
    expect(one.refusals).toEqual([]);
    expect(one.logged.map(({ outcome }) => outcome)).toEqual(["answered", "refused"]);
    await createClient(one.gateway.urlFor({ ...scope, attempt: 2 })).messages.create(ask("x"));
    expect(one.booked.map(({ entry }) => entry.scope.attempt)).toEqual([1, 2]);
  });

  it("holds when it cannot be asked", async () => {
    const problems: string[] = [];
    const one = await start({
      beforeCall: () => {
        throw new Error("the journal is closed");
      },
      onProblem: (error) => problems.push(error.message),
    });
    expect(await createClient(one.base).messages.create(ask("x")).catch(statusOf)).toContain("403");
    expect(problems).toEqual([expect.stringContaining("the journal is closed")]);
    expect(one.upstream.seen).toEqual([]);
  });
});

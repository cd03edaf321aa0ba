import type { ServerResponse } from "node:http";
import Anthropic from "@anthropic-ai/sdk";
import type { ApiCall, CallScope, CostEntry } from "@ccb/core";
import { createGateway } from "../create-gateway.ts";
import type { GatewayOptions, GatewayRefusal } from "../gateway.ts";
import { createMemoryMeter } from "./create-memory-meter.ts";
import { type SeenRequest, startUpstream } from "./start-upstream.ts";

export const upstreamKey = "sk-ant-api03-the-real-key-of-the-upstream-0123456789";

export const scope: CallScope = { build: "b1", phase: "p1", task: "t1", agent: "claude-code" };

/** A gateway in front of an upstream that answers by `handle`, with everything it told; `close` ends both. */
export async function startGateway(
  handle: (seen: SeenRequest, response: ServerResponse) => void,
  options: Partial<GatewayOptions> & { capMicroUsd?: number } = {},
) {
  const upstream = await startUpstream(handle);
  const { capMicroUsd, ...rest } = options;
  const meter = createMemoryMeter(capMicroUsd === undefined ? {} : { capMicroUsd });
  const logged: ApiCall[] = [];
  const booked: { call: ApiCall; entry: CostEntry }[] = [];
  const refusals: GatewayRefusal[] = [];
  const waiting: (() => void)[] = [];
  const gateway = await createGateway({
    upstream: { baseUrl: upstream.url, apiKey: upstreamKey },
    meter,
    callLog: {
      write(call) {
        logged.push(call);
        for (const wake of waiting.splice(0)) wake();
      },
    },
    onCall: (call, entry) => booked.push({ call, entry }),
    onRefusal: (refusal) => refusals.push(refusal),
    ...rest,
  });
  return {
    gateway,
    upstream,
    meter,
    logged,
    booked,
    refusals,
    base: gateway.urlFor(scope),
    /** Resolves once `count` calls are logged. */
    async untilLogged(count: number): Promise<void> {
      while (logged.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    async close(): Promise<void> {
      await gateway.close();
      await upstream.close();
    },
  };
}

/** Anthropic's own client on a base URL, with a key that must not reach the upstream. */
export function createClient(baseURL: string, maxRetries = 0): Anthropic {
  return new Anthropic({ baseURL, apiKey: "sk-ant-api03-a-dummy-of-the-client-000000000", maxRetries });
}

/** The smallest Messages request. */
export function ask(content: string, maxTokens = 50) {
  return { model: "claude-opus-5-5", max_tokens: maxTokens, messages: [{ role: "user" as const, content }] };
}

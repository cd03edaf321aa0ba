import { createHash, randomBytes } from "node:crypto";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CallScope, CcbError, systemClock } from "@ccb/core";
import { sendError } from "./_anthropic-error.ts";
import { follow, type GatewayContext, reportProblem } from "./_gateway-context.ts";
import { handleBatch } from "./_handle-batch.ts";
import { type Exchange, handleMessages } from "./_handle-messages.ts";
import { handlePassThrough } from "./_handle-pass-through.ts";
import { createCallerBook } from "./attribute/create-caller-book.ts";
import { createOpenBatches } from "./batch/create-open-batches.ts";
import { createUpstreams } from "./forward/_create-upstreams.ts";
import type { Gateway, GatewayOptions, GatewayStats } from "./gateway.ts";
import { createRateLimiter } from "./limit/create-rate-limiter.ts";
import { readBody } from "./receive/_read-body.ts";
import { routeRequest } from "./receive/_route-request.ts";
import { estimateInputTokens } from "./reserve/estimate-input-tokens.ts";

const defaultMaxBodyBytes = 64 * 1024 * 1024;
const defaultDrainMs = 10_000;

/**
 * Starts a gateway on loopback in front of an Anthropic-compatible server: every call is attributed to the scope of its URL, its worst
 * case reserved before it is forwarded, its answer streamed through, its usage booked and the whole of it logged.
 *
 * Rejects with a CcbError: `usage` for a base URL that is none, `gateway-failed` when the address cannot be listened on.
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const upstreams = createUpstreams(options);
  const context = createContext(options, upstreams.choose);
  const scopes = createScopes();
  const open = new Set<ServerResponse>();
  let closing: Promise<void> | undefined;

  const server = http.createServer({ noDelay: true, requestTimeout: 0 }, (request, response) => {
    const found = scopes.find(request.url ?? "");
    if (!found) return answerStranger(context, request, response);
    if (closing) {
      request.resume();
      return sendError(response, {
        type: "api_error",
        message: "CCB gateway: the build is ending, no more calls are taken.",
      });
    }
    context.stats.requests += 1;
    context.stats.inFlight += 1;
    open.add(response);
    response.on("close", () => {
      open.delete(response);
      context.stats.inFlight -= 1;
    });
    const answered = answer({ context, request, response, ...found }).catch((cause: unknown) => {
      reportProblem(context, {
        cause,
        code: "unexpected",
        message: `A request could not be handled: ${cause instanceof Error ? cause.message : String(cause)}.`,
        hint: "Look at the functions given to createGateway (estimateInputTokens, onRefusal): they must not throw.",
      });
      sendError(response, { type: "api_error", message: "CCB gateway: the request could not be handled." });
    });
    follow(context, answered);
  });
  const url = await listen(server, { host: options.host ?? "127.0.0.1", port: options.port ?? 0 });

  return {
    url,
    urlFor: (scope) => `${url}/s/${scopes.tokenFor(scope)}`,
    close() {
      closing ??= drain({ context, server, open, drainMs: options.drainMs ?? defaultDrainMs }).finally(upstreams.close);
      return closing;
    },
    stats: () => ({ ...context.stats, queued: context.limiter.countQueued() }),
  };
}

function createContext(options: GatewayOptions, chooseUpstream: GatewayContext["chooseUpstream"]): GatewayContext {
  const clock = options.clock ?? systemClock;
  const { maxConcurrent = 256, maxQueued = 1_000, maxHoldMs = 120_000 } = options.limits ?? {};
  const stats: GatewayStats = {
    requests: 0,
    inFlight: 0,
    queued: 0,
    heldBack: 0,
    answered: 0,
    cut: 0,
    failed: 0,
    unknown: 0,
    refused: 0,
    recalled: 0,
    unauthorized: 0,
    unloggedCalls: 0,
  };
  let calls = 0;
  return {
    options,
    stats,
    clock,
    estimate: options.estimateInputTokens ?? estimateInputTokens,
    maxBodyBytes: options.maxBodyBytes ?? defaultMaxBodyBytes,
    meterFailure: undefined,
    nextCallNumber: () => ++calls,
    chooseUpstream,
    limiter: createRateLimiter({
      clock,
      maxConcurrent,
      maxQueued,
      maxHoldMs,
      holds: options.holds,
      onHold: options.onHold,
    }),
    callers: createCallerBook(),
    batches: createOpenBatches(),
    underWay: new Set(),
  };
}

/** Scopes by the token in their URL. Tokens are looked up by hash, so that the time of a look-up tells nothing about them. */
function createScopes() {
  const byHash = new Map<string, CallScope>();
  const tokens = new Map<string, string>();
  const hash = (token: string) => createHash("sha256").update(token).digest("base64");
  return {
    tokenFor(scope: CallScope): string {
      const { build, phase, task, agent, attempt } = scope;
      const key = JSON.stringify([build, phase ?? null, task ?? null, agent, attempt ?? null]);
      const known = tokens.get(key);
      if (known !== undefined) return known;
      const token = randomBytes(24).toString("base64url");
      tokens.set(key, token);
      byHash.set(hash(token), { build, phase, task, agent, ...(attempt === undefined ? {} : { attempt }) });
      return token;
    },
    find(url: string): { scope: CallScope; target: string } | undefined {
      const [, token = "", target = ""] = /^\/s\/([A-Za-z0-9_-]{32})(?=[/?]|$)(.*)$/.exec(url) ?? [];
      const scope = byHash.get(hash(token));
      return scope && { scope, target };
    },
  };
}

function answerStranger(context: GatewayContext, request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  if (request.method === "HEAD" && request.url === "/") {
    response.writeHead(200).end();
    return;
  }
  context.stats.unauthorized += 1;
  sendError(response, {
    type: "authentication_error",
    message: "CCB gateway: this address needs a base URL with a valid token, which the build gives to its sessions.",
  });
}

async function answer(asked: {
  context: GatewayContext;
  request: IncomingMessage;
  response: ServerResponse;
  scope: CallScope;
  target: string;
}): Promise<void> {
  const { context, request, response, scope } = asked;
  const route = routeRequest(request.method ?? "GET", asked.target);
  const read = await readBody(request, context.maxBodyBytes);
  if (read.outcome === "gone") return;
  if (read.outcome === "too-large") {
    request.resume();
    const message = `CCB gateway: the request is larger than ${context.maxBodyBytes} bytes.`;
    return sendError(response, { type: "request_too_large", message });
  }
  if (route.kind === "alive") {
    response.writeHead(200).end();
  } else if (route.kind === "malformed") {
    sendError(response, { type: "invalid_request_error", message: "CCB gateway: the path is malformed." });
  } else if (route.kind === "unpriceable") {
    const message = `CCB gateway: POST ${route.endpoint} is not forwarded, because what it costs cannot be seen and capped.`;
    sendError(response, { type: "permission_error", message });
  } else {
    const exchange: Exchange = {
      context,
      request,
      response,
      scope,
      body: read.body,
      path: route.path,
      endpoint: route.endpoint,
    };
    if (route.kind === "messages") await handleMessages(exchange);
    else if (route.kind === "batch") await handleBatch(exchange);
    else handlePassThrough(exchange);
  }
}

function listen(server: http.Server, address: { host: string; port: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => {
      reject(
        new CcbError({
          code: "gateway-failed",
          message: `The gateway cannot listen on ${address.host}:${address.port} (${cause.code ?? cause.message}).`,
          hint: "Choose another port, or leave it out for any free one.",
          cause,
        }),
      );
    };
    server.once("error", fail);
    server.listen(address.port, address.host, () => {
      server.off("error", fail);
      const { port, family } = server.address() as AddressInfo;
      resolve(`http://${family === "IPv6" ? `[${address.host}]` : address.host}:${port}`);
    });
  });
}

async function drain(state: {
  context: GatewayContext;
  server: http.Server;
  open: Set<ServerResponse>;
  drainMs: number;
}): Promise<void> {
  const { context, server, open } = state;
  context.limiter.close();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idle = Promise.all(
    [...open].map((response) => new Promise<void>((resolve) => response.once("close", resolve))),
  );
  const limit = Promise.withResolvers<void>();
  const timer = setTimeout(limit.resolve, state.drainMs);
  await Promise.race([idle, limit.promise]);
  clearTimeout(timer);
  // Broken off, each is booked by its own "close".
  for (const response of open) response.destroy();
  await idle;
  context.batches.close();
  server.closeAllConnections();
  await closed;
  while (context.underWay.size > 0) await Promise.all(context.underWay);
}

import { afterEach, expect, it } from "vitest";
import { ask, createClient, startGateway } from "./_testing/start-gateway.ts";
import { sendJson, sendStream, streamEvents, wholeMessage } from "./_testing/start-upstream.ts";
import type { AnswerKeeper } from "./gateway.ts";

type Started = Awaited<ReturnType<typeof startGateway>>;
const started: Started[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.close();
});

function createKeeper(): AnswerKeeper & { kept: Map<string, Record<string, unknown>> } {
  const kept = new Map<string, Record<string, unknown>>();
  return {
    kept,
    recall: ({ hash }) => kept.get(hash),
    keep: ({ hash }, message) => void kept.set(hash, message),
  };
}

it("answers a request that was answered before from what was kept, streamed and whole, without another call", async () => {
  const answers = createKeeper();
  let asked = 0;
  const one = await startGateway(
    ({ body }, response) => {
      asked++;
      if (JSON.parse(body).stream === true) sendStream(response, streamEvents({ text: "Grüße 東京" }));
      else sendJson(response, wholeMessage({ text: "whole" }));
    },
    { answers },
  );
  started.push(one);
  const client = createClient(one.base);

  const first = await client.messages.stream(ask("hello")).finalMessage();
  const again = await client.messages.stream(ask("hello")).finalMessage();
  expect(again).toEqual(first);
  expect(asked).toBe(1);
  const whole = await client.messages.create(ask("hello"));
  expect(await client.messages.create(ask("hello"))).toMatchObject({ content: whole.content, usage: whole.usage });
  expect(asked).toBe(2);
  await client.messages.create(ask("another question"));
  expect(asked).toBe(3);
  expect(one.meter.entries).toHaveLength(3);
  expect(one.gateway.stats().recalled).toBe(2);
});

it("keeps no answer of a stream that was cut, and lets no more calls through when an answer cannot be kept", async () => {
  const answers = createKeeper();
  const cut = await startGateway((_, response) => sendStream(response, streamEvents({ text: "half" }).slice(0, 3)), {
    answers,
  });
  started.push(cut);
  await expect(createClient(cut.base).messages.stream(ask("hello")).finalMessage()).rejects.toThrow();
  expect(answers.kept.size).toBe(0);

  const full = await startGateway((_, response) => sendJson(response, wholeMessage({ text: "whole" })), {
    answers: {
      recall: () => undefined,
      keep: () => {
        throw new Error("database or disk is full");
      },
    },
  });
  started.push(full);
  await createClient(full.base).messages.create(ask("hello"));
  await expect(createClient(full.base).messages.create(ask("hello"))).rejects.toThrow(/ledger failed.*disk is full/);
});

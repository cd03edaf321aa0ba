import { afterEach, describe, expect, it } from "vitest";
import { ask, createClient, startGateway } from "./_testing/start-gateway.ts";
import { sendJson, sendStream, streamEvents, wholeMessage } from "./_testing/start-upstream.ts";
import type { GatewayOptions } from "./gateway.ts";

type Started = Awaited<ReturnType<typeof startGateway>>;
const started: Started[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.close();
});

/** A gateway whose disk takes what it is given when the test says so. */
async function startSlowDisk(
  options: Partial<GatewayOptions> = {},
  handle: Parameters<typeof startGateway>[0] = (seen, response) =>
    seen.json.stream
      ? sendStream(response, streamEvents({ text: "hello" }))
      : sendJson(response, wholeMessage({ text: "hello" })),
) {
  const writes: { resolve: () => void; reject: (cause: Error) => void }[] = [];
  let arrived: (() => void) | undefined;
  let isOver = false;
  const one = await startGateway(handle, {
    durable: () =>
      new Promise<void>((resolve, reject) => {
        if (isOver) return resolve();
        writes.push({ resolve, reject });
        arrived?.();
      }),
    ...options,
  });
  started.push({
    ...one,
    close: async () => {
      isOver = true;
      for (const { resolve } of writes) resolve();
      await one.close();
    },
  });
  return {
    one,
    /** The next wait for the disk, once there is one. */
    async nextWrite() {
      while (writes.length === 0)
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      return writes.shift() as (typeof writes)[number];
    },
  };
}

const settled = (promise: Promise<unknown>) =>
  promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );

const aMoment = () => new Promise((resolve) => setTimeout(resolve, 30));

describe("a ledger that does not wait for the disk itself", () => {
  it("has a call sent only once its reservation is on the disk, and its end passed on once it is booked there", async () => {
    const { one, nextWrite } = await startSlowDisk();
    const texts: string[] = [];
    const stream = createClient(one.base).messages.stream(ask("a"));
    stream.on("text", (text) => texts.push(text));
    const message = stream.finalMessage();
    const reserved = await nextWrite();
    await aMoment();
    expect(one.upstream.seen).toEqual([]);
    reserved.resolve();

    const booked = await nextWrite();
    await aMoment();
    expect(one.meter.entries).toMatchObject([{ status: "answered" }]);
    expect(one.logged).toEqual([]);
    expect(await Promise.race([message, aMoment().then(() => "not yet")])).toBe("not yet");
    booked.resolve();
    expect((await message).content).toMatchObject([{ text: "hello" }]);
    expect(texts.join("")).toBe("hello");
    await one.untilLogged(1);
  });

  it("does not send a call of a task that was taken over, or whose client left, while the disk wrote", async () => {
    let isTakenOver = false;
    const { one, nextWrite } = await startSlowDisk({
      beforeCall: () => (isTakenOver ? { refuse: "another run has this task" } : undefined),
    });
    const call = settled(createClient(one.base).messages.create(ask("a")));
    const reserved = await nextWrite();
    isTakenOver = true;
    reserved.resolve();
    (await nextWrite()).resolve();
    expect(await call).toMatchObject({ error: { status: 403, message: expect.stringContaining("another run") } });

    isTakenOver = false;
    const leaving = new AbortController();
    const left = settled(createClient(one.base).messages.create(ask("b"), { signal: leaving.signal }));
    const second = await nextWrite();
    leaving.abort();
    await left;
    await aMoment();
    second.resolve();
    (await nextWrite()).resolve();
    await one.untilLogged(2);
    expect(one.upstream.seen).toEqual([]);
    expect(one.meter.entries).toMatchObject([
      { status: "failed", costMicroUsd: 0 },
      { status: "failed", costMicroUsd: 0 },
    ]);
    expect(one.meter.totals().reservedMicroUsd).toBe(0);
  });

  it("closes the gateway where the disk does not take a reservation", async () => {
    const problems: string[] = [];
    const { one, nextWrite } = await startSlowDisk({ onProblem: ({ code }) => problems.push(code) });
    const call = settled(createClient(one.base).messages.create(ask("a")));
    (await nextWrite()).reject(new Error("EIO: i/o error, fdatasync"));
    (await nextWrite()).resolve();
    expect(await call).toMatchObject({ error: { status: 403, message: expect.stringContaining("EIO") } });
    expect(await settled(createClient(one.base).messages.create(ask("b")))).toMatchObject({ error: { status: 403 } });
    expect(one.upstream.seen).toEqual([]);
    expect(problems).toEqual(["store-failed"]);
  });

  it("sends no batch before all of its requests are on the disk", async () => {
    const { one, nextWrite } = await startSlowDisk({}, (_, response) => sendJson(response, '{"id":"batch_1"}'));
    const params = ask("a");
    const batch = createClient(one.base).messages.batches.create({
      requests: [
        { custom_id: "a", params },
        { custom_id: "b", params },
      ],
    });
    const reserved = await nextWrite();
    await aMoment();
    expect(one.upstream.seen).toEqual([]);
    reserved.resolve();
    expect(await batch).toMatchObject({ id: "batch_1" });
  });

  it("sends no batch whose client left while the disk wrote, and has all booked when it is closed", async () => {
    const { one, nextWrite } = await startSlowDisk({ drainMs: 50 });
    const leaving = new AbortController();
    const requests = [{ custom_id: "a", params: ask("a") }];
    const batch = createClient(one.base).messages.batches.create({ requests }, { signal: leaving.signal });
    const left = settled(batch);
    const reserved = await nextWrite();
    leaving.abort();
    await left;
    const call = settled(createClient(one.base).messages.create(ask("b")));
    const second = await nextWrite();
    const closed = one.gateway.close();
    await call;
    reserved.resolve();
    second.resolve();
    for (let write = 0; write < 2; write++) (await nextWrite()).resolve();
    await closed;
    expect(one.upstream.seen).toEqual([]);
    expect(one.meter.entries.map(({ status }) => status)).toEqual(["failed", "failed"]);
    expect(one.meter.totals().reservedMicroUsd).toBe(0);
  });
});

describe("a recorder that takes its time", () => {
  it("has an answer booked and its end passed on once it is kept, and also where it cannot be", async () => {
    const keeps: { resolve: () => void; reject: (cause: Error) => void }[] = [];
    const problems: string[] = [];
    const one = await startGateway((_, response) => sendStream(response, streamEvents({ text: "hello" })), {
      recorder: { record: () => new Promise<void>((resolve, reject) => keeps.push({ resolve, reject })) },
      onProblem: ({ message }) => problems.push(message),
    });
    started.push(one);
    for (const end of ["resolve", "reject"] as const) {
      const message = createClient(one.base).messages.stream(ask("a")).finalMessage();
      const booked = one.booked.length;
      while (keeps.length === 0) await aMoment();
      expect(await Promise.race([message, aMoment().then(() => "not yet")])).toBe("not yet");
      expect(one.booked).toHaveLength(booked);
      keeps.pop()?.[end](new Error("ENOSPC: no space left on device"));
      expect((await message).content).toMatchObject([{ text: "hello" }]);
      expect(one.booked).toHaveLength(booked + 1);
    }
    const leaving = createClient(one.base).messages.stream(ask("a"));
    while (keeps.length === 0) await aMoment();
    leaving.abort();
    await settled(leaving.finalMessage());
    await aMoment();
    keeps.pop()?.resolve();
    await one.untilLogged(3);
    expect(one.booked.at(-1)?.entry.status).toBe("answered");
    expect(problems).toEqual([expect.stringContaining("ENOSPC")]);
  });
});

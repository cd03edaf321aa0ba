import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createMemoryMeter } from "../_testing/create-memory-meter.ts";
import { ask, createClient, scope, startGateway } from "../_testing/start-gateway.ts";
import { sendJson, sendStream, streamEvents, wholeMessage } from "../_testing/start-upstream.ts";
import { createGateway } from "../create-gateway.ts";
import { type CassetteRecorder, createCassetteRecorder } from "./create-cassette-recorder.ts";
import { createReplayServer, type ReplayCut, type ReplayServer } from "./create-replay-server.ts";
import { readCassettes } from "./read-cassettes.ts";
import { type ReplayDivergence, renderDivergence } from "./replay-divergence.ts";

let folder = "";
const closers: (() => Promise<void>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccb-cassettes-"));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

function openRecorder(): CassetteRecorder {
  const redact = (text: string) => text.replaceAll("the-secret", "[REDACTED]");
  const run = { startedAt: "2026-11-28T00:00:00.000Z", directories: ["/srv/shop"], recipe: { model: "m" } };
  return createCassetteRecorder({ directory: folder, run, redact });
}

type Answer = Parameters<typeof startGateway>[0];

async function openRecording(answer: Answer) {
  const recorder = openRecorder();
  const one = await startGateway(answer, { recorder });
  closers.push(() => one.close());
  return { recorder, client: createClient(one.base), one };
}

async function openReplay(options: { keepGoing?: boolean } = {}) {
  const divergences: ReplayDivergence[] = [];
  const cuts: ReplayCut["how"][] = [];
  const server: ReplayServer = await createReplayServer({
    redact: (text) => text,
    directories: ["/srv/again"],
    onDivergence: (divergence) => divergences.push(divergence),
    onCut: ({ how }) => cuts.push(how),
    idleMs: 50,
    ...options,
  });
  closers.push(() => server.close());
  const [cassette] = readCassettes(folder);
  if (!cassette) throw new Error("Nothing was recorded.");
  server.play(cassette);
  const upstream = { baseUrl: server.url, sendScope: true };
  const gateway = await createGateway({ upstream, meter: createMemoryMeter() });
  closers.push(() => gateway.close());
  const base = gateway.urlFor(scope);
  return { server, divergences, cuts, client: createClient(base) };
}

it("answers the same calls with the same streams and messages, in any order, with the paths of this run", async () => {
  const { recorder, client, one } = await openRecording(({ body }, response) => {
    if (JSON.parse(body).stream === true) sendStream(response, streamEvents({ text: "see /srv/shop/a.js" }));
    else sendJson(response, wholeMessage({ text: "whole" }));
  });
  const streamed = await client.messages.stream(ask("look at /srv/shop")).finalMessage();
  await client.messages.create(ask("second"));
  recorder.end("done");
  await one.close();

  const replay = await openReplay();
  expect(await replay.client.messages.create(ask("second"))).toMatchObject({ content: [{ text: "whole" }] });
  const again = await replay.client.messages.stream(ask("look at /srv/again")).finalMessage();
  expect(again.usage).toEqual(streamed.usage);
  expect(again.content).toMatchObject([{ text: "see /srv/again/a.js" }]);
  replay.server.finishRun();
  expect(replay.divergences).toEqual([]);
  expect(replay.server.stats()).toEqual({ answered: 2, passedOver: 0, questions: 0 });
});

it("records failed tries and does not repeat those that a later one made good", async () => {
  let calls = 0;
  const { recorder, client } = await openRecording((_, response) => {
    calls++;
    if (calls === 1) sendJson(response, '{"type":"error","error":{"type":"overloaded_error","message":"busy"}}', 529);
    else sendJson(response, wholeMessage({ text: "at last" }));
  });
  await expect(client.messages.create(ask("one"))).rejects.toThrow(/busy/);
  await client.messages.create(ask("one"));
  recorder.end("done");
  expect(readdirSync(join(folder, "run_0001"))).toHaveLength(4);

  const replay = await openReplay();
  expect(await replay.client.messages.create(ask("one"))).toMatchObject({ content: [{ text: "at last" }] });
  replay.server.finishRun();
  expect(replay.divergences).toEqual([]);
  expect(replay.server.stats()).toEqual({ answered: 1, passedOver: 1, questions: 0 });
});

it("names what diverges: another request, one too many, one too few; and goes on only when it shall", async () => {
  const { recorder, client } = await openRecording((_, response) => sendJson(response, wholeMessage({ text: "fine" })));
  await client.messages.create(ask("first\nquestion"));
  await client.messages.create(ask("second"));
  recorder.end("done");

  const strict = await openReplay();
  await expect(strict.client.messages.create(ask("first\nquestiom"))).rejects.toThrow(/not the one that was recorded/);
  expect(strict.divergences).toMatchObject([{ kind: "other-request", run: 1, ordinal: 1, expected: { number: 1 } }]);
  expect(strict.divergences[0]?.diff).toMatch(/ first\n-question\n\+questiom$/);

  const lenient = await openReplay({ keepGoing: true });
  await lenient.client.messages.create(ask("first\nquestiom"));
  await lenient.client.messages.create(ask("second"));
  await expect(lenient.client.messages.create(ask("third"))).rejects.toThrow();
  expect(lenient.divergences.map(({ kind }) => kind)).toEqual(["other-request", "not-recorded"]);

  const short = await openReplay();
  await short.client.messages.create(ask("first\nquestion"));
  short.server.finishRun();
  expect(short.divergences).toMatchObject([{ kind: "never-asked", expected: { number: 2 } }]);
});

it("says what most often lies behind a difference: a tool that gave something else, a session that was cut before", async () => {
  const { client } = await openRecording((_, response) => sendJson(response, wholeMessage({ text: "fine" })));
  const withTool = (content: string) => ({
    ...ask("look"),
    messages: [
      ...ask("look").messages,
      {
        role: "assistant" as const,
        content: [{ type: "tool_use" as const, id: "toolu_1", name: "WebFetch", input: {} }],
      },
      { role: "user" as const, content: [{ type: "tool_result" as const, tool_use_id: "toolu_1", content }] },
    ],
  });
  await client.messages.create(ask("first"));
  const second = openRecorder();
  const going = await startGateway((_, response) => sendJson(response, wholeMessage({ text: "on" })), {
    recorder: second,
  });
  closers.push(() => going.close());
  await createClient(going.base).messages.create(withTool("the page of then"));
  second.end("done");

  const [one, two] = readCassettes(folder);
  if (!one || !two) throw new Error("Two runs were recorded.");
  const replay = await openReplay();
  replay.server.play(one, two);
  await replay.client.messages.create(ask("first"));
  replay.server.finishRun();
  replay.server.play(two);
  await expect(replay.client.messages.create(withTool("the page of now"))).rejects.toThrow();
  const [divergence] = replay.divergences;
  expect(divergence).toMatchObject({ kind: "other-request", tool: "WebFetch", isAfterCut: true });
  expect(divergence && renderDivergence(divergence)).toMatch(
    /content\. The tool WebFetch ran again and gave something else than it did\. The session was cut before it/,
  );
  // What comes later in the same session was not cut.
  await expect(replay.client.messages.create(withTool("another one"))).rejects.toThrow();
  expect(replay.divergences[1]).toMatchObject({ tool: "WebFetch" });
  expect(replay.divergences[1]).not.toHaveProperty("isAfterCut");
});

it("comes to the place where a run was killed, and holds what comes after it", async () => {
  const { client } = await openRecording((_, response) => sendJson(response, wholeMessage({ text: "fine" })));
  await client.messages.create(ask("first"));
  const replay = await openReplay();
  await replay.client.messages.create(ask("first"));
  expect(replay.cuts).toEqual([]);
  const held = replay.client.messages.create(ask("after the kill"), { timeout: 300 });
  await expect(held).rejects.toThrow();
  expect(replay.cuts).toEqual(["killed"]);
  replay.server.finishRun();
  expect(replay.divergences).toEqual([]);
});

it("writes no secret, and each call once and whole", async () => {
  const { recorder, client } = await openRecording((_, response) =>
    sendStream(response, streamEvents({ text: "it is the-secret" })),
  );
  await client.messages.stream(ask("what is the-secret?")).finalMessage();
  recorder.end("done");
  const [file = ""] = readCassettes(folder)[0]?.files ?? [];
  const text = gunzipSync(readFileSync(file)).toString();
  expect(text).not.toContain("the-secret");
  expect(JSON.parse(text)).toMatchObject({
    number: 1,
    status: 200,
    end: "whole",
    scope: { agent: expect.any(String) },
  });
  openRecorder();
  expect(readdirSync(folder)).toEqual(["run_0001", "run_0002"]);
});

it("keeps what others answered to the build itself, and answers the same question with it and no other", async () => {
  const asked = { source: "docs search", question: { directory: "/srv/shop", query: "routes" } };
  const recorder = openRecorder();
  await recorder.keepAnswer({
    ...asked,
    at: "2026-11-28T00:00:00.000Z",
    answer: { text: "the-secret is in /srv/shop/a" },
  });
  await recorder.keepAnswer({ ...asked, source: "osv", at: "2026-11-28T00:00:01.000Z", answer: { found: [] } });
  recorder.end("done");
  const { server, divergences } = await openReplay();
  const { signal } = new AbortController();
  const again = { source: "docs search", question: { directory: "/srv/again", query: "routes" } };
  expect(await server.ask(again, signal)).toEqual({ text: "[REDACTED] is in /srv/again/a" });
  await expect(server.ask(again, signal)).rejects.toMatchObject({ code: "bad-input" });
  await expect(server.ask({ source: "osv", question: {} }, signal)).rejects.toThrow(/Nobody was asked|something else/);
  server.finishRun();
  expect(divergences.map(renderDivergence)).toEqual([
    expect.stringMatching(/^CCB asks docs search in run 1 what has no recorded answer/),
    expect.stringMatching(/^CCB asks osv something else than it did in run 1 \(call 2\)/),
    "What CCB asked osv in run 1 (call 2) was recorded and was not asked again.",
  ]);
  expect(server.stats()).toEqual({ answered: 0, passedOver: 0, questions: 1 });
});

it("holds a question under which a run was killed until the build ends", async () => {
  await openRecorder().keepAnswer({ source: "docs", question: 1, at: "2026-11-28T00:00:00.000Z", answer: "one" });
  const { server, cuts, divergences } = await openReplay();
  const build = new AbortController();
  expect(await server.ask({ source: "docs", question: 1 }, build.signal)).toBe("one");
  const held = server.ask({ source: "docs", question: 2 }, build.signal);
  expect(cuts).toEqual(["killed"]);
  build.abort(new Error("killed"));
  await expect(held).rejects.toThrow("killed");
  expect(divergences).toEqual([]);
});

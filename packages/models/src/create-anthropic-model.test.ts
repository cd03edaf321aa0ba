import { phaseCriteriaSchema, planSchema, renderPromptSection } from "@ccb/core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Answer, sayError, sayText, startServer } from "./_test-server.ts";
import { createAnthropicModel } from "./create-anthropic-model.ts";

const scope = { build: "b1", phase: undefined, task: undefined, agent: "tester" };
const schema = z.object({ name: z.string(), size: z.int().min(1) });
const question = { system: "You are the tester agent.", prompt: "How large?", scope };
const good = JSON.stringify({ name: "ünï", size: 3 });

async function modelAt(...answers: Answer[]) {
  const server = await startServer(...answers);
  const model = createAnthropicModel({
    model: "claude-opus-5-5",
    baseUrl: server.url,
    apiKey: "sk-test",
    maxRetries: 2,
  });
  return { model, seen: server.seen, url: server.url };
}

describe("a structured answer", () => {
  it("is read from the stream, with what it used", async () => {
    const { model, seen } = await modelAt(sayText(good, { inputTokens: 40, outputTokens: 9 }));
    const result = await model.generate({ ...question, schema });
    expect(result.value).toEqual({ name: "ünï", size: 3 });
    expect(result).toMatchObject({ calls: 1, model: "claude-opus-5-5", usage: { inputTokens: 40, outputTokens: 9 } });
    expect(seen[0]).toMatchObject({ path: "/v1/messages", authorization: "Bearer sk-test" });
    expect(seen[0]?.body.stream).toBe(true);
    expect(seen[0]?.body.temperature).toBeUndefined();
    expect(seen[0]?.body.output_config?.format.schema).toMatchObject({
      additionalProperties: false,
      required: ["name", "size"],
    });
    expect(JSON.stringify(seen[0]?.body.output_config?.format.schema.properties)).not.toMatch(/"(minimum|maximum)":/);
  });

  it("is repaired once: the model sees its answer and each problem with path and excerpt", async () => {
    const { model, seen } = await modelAt(sayText('{"name":"x","size":"big"}'), sayText(good, { inputTokens: 30 }));
    const result = await model.generate({ ...question, schema });
    expect(result).toMatchObject({ value: { size: 3 }, calls: 2, usage: { inputTokens: 40, outputTokens: 10 } });
    const [, answer, complaint] = seen[1]?.body.messages ?? [];
    expect(answer).toMatchObject({ role: "assistant", content: '{"name":"x","size":"big"}' });
    expect(complaint?.content).toMatch(/- size: .*expected number.*Received: "big"/);
  });

  it("is repaired when it is not JSON at all, with the place where it broke", async () => {
    const { model, seen } = await modelAt(sayText('{"name": "x", oops}'), sayText(good));
    await model.generate({ ...question, schema });
    expect(seen[1]?.body.messages[2]?.content).toMatch(/not JSON.*oops/s);
  });

  it("is held against the request's own check too", async () => {
    const { model, seen } = await modelAt(sayText('{"name":"x","size":9}'), sayText(good));
    const check = (value: { size: number }) => (value.size > 5 ? ["size is more than 5."] : []);
    const result = await model.generate({ ...question, schema, check });
    expect(result.value.size).toBe(3);
    expect(seen[1]?.body.messages[2]?.content).toContain("- size is more than 5.");
  });

  it("that is wrong twice is an error with the problems, and no third call is made", async () => {
    const { model, seen } = await modelAt(sayText("{}"));
    await expect(model.generate({ ...question, schema })).rejects.toMatchObject({
      code: "model-answer-invalid",
      message: expect.stringContaining("name:"),
      hint: expect.stringContaining("stronger model"),
      details: {
        agent: "tester",
        calls: 2,
        problems: [expect.stringMatching(/^name:/), expect.stringMatching(/^size:/)],
      },
    });
    expect(seen).toHaveLength(2);
  });

  it("in a code fence or with prose around it is still read", async () => {
    const { model } = await modelAt(sayText(`Here it is:\n\`\`\`json\n${good}\n\`\`\``));
    expect((await model.generate({ ...question, schema })).value.size).toBe(3);
  });

  it("that was cut off at max_tokens is asked for again with more room, and named as cut off", async () => {
    const { model, seen } = await modelAt(sayText('{"name":', { stopReason: "max_tokens" }));
    await expect(model.generate({ ...question, schema, maxOutputTokens: 100 })).rejects.toMatchObject({
      code: "model-answer-invalid",
      message: expect.stringContaining("cut off"),
    });
    expect(seen.map((request) => request.body.max_tokens)).toEqual([100, 200]);
  });

  it("that the model declines is an error at once", async () => {
    const { model, seen } = await modelAt(sayText("", { stopReason: "refusal" }));
    await expect(model.generate({ ...question, schema })).rejects.toMatchObject({
      code: "model-failed",
      message: expect.stringContaining("declined"),
    });
    expect(seen).toHaveLength(1);
  });
});

describe("the shape of an answer", () => {
  it("is bound by the API where its grammar can hold it", async () => {
    const { model, seen } = await modelAt(sayText('{"phases":[],"waivers":[]}'));
    await model.generate({ ...question, schema: planSchema });
    expect(seen[0]?.body.output_config?.format.type).toBe("json_schema");
    expect(seen[0]?.body.system).toHaveLength(1);
  });

  it("is shown in the system prompt where it has free keys or recursion, which the API would bind to be empty", async () => {
    const { model, seen } = await modelAt(sayText('{"criteria":[]}'));
    await model.generate({ ...question, schema: phaseCriteriaSchema }).catch(() => undefined);
    expect(seen[0]?.body.output_config).toBeUndefined();
    expect(seen[0]?.body.system[0]?.text).toBe(question.system);
    expect(seen[0]?.body.system[1]?.text).toContain('"readyPath"');
  });

  it("is shown in the prompt after the server refused to bind it", async () => {
    const refusal = sayError(400, { type: "invalid_request_error", message: "The compiled grammar is too large." });
    const { model, seen } = await modelAt(refusal, sayText(good));
    expect((await model.generate({ ...question, schema })).value.size).toBe(3);
    expect(seen[1]?.body.output_config).toBeUndefined();
    expect(seen[1]?.body.system[1]?.text).toContain("<answer-schema>");
  });
});

describe("a schema", () => {
  it("is shown again in a repair, for servers that ignore output_config", async () => {
    const { model, seen } = await modelAt(sayText("Three."), sayText(good));
    await model.generate({ ...question, schema });
    expect(seen[1]?.body.messages[2]?.content).toContain('"required":["name","size"]');
  });

  it("may have defaults and transforms: the model writes what goes in", async () => {
    const { model, seen } = await modelAt(sayText('{"tags":"a,b"}'));
    const loose = z.object({ tags: z.string().transform((text) => text.split(",")), size: z.int().default(1) });
    expect((await model.generate({ ...question, schema: loose })).value).toEqual({ tags: ["a", "b"], size: 1 });
    expect(seen[0]?.body.output_config?.format.schema).toMatchObject({ required: ["tags"] });
  });

  it("with a type that JSON does not have is refused before anything is sent", async () => {
    const { model, seen } = await modelAt(sayText("{}"));
    const dated = z.object({ at: z.date() });
    await expect(model.generate({ ...question, schema: dated })).rejects.toMatchObject({ code: "usage" });
    expect(seen).toHaveLength(0);
  });

  it.each([
    ["a list at its root", z.array(z.string())],
    ["a record", z.object({ a: z.record(z.string(), z.number()) })],
    ["anything", z.object({ a: z.unknown() })],
    ["a tuple", z.object({ a: z.tuple([z.string(), z.number()]) })],
    ["recursion", z.object({ a: z.json() })],
  ])("with %s is shown in the system prompt", async (_name, open) => {
    const { model, seen } = await modelAt(sayText("{}"));
    await model.generate({ ...question, schema: open as z.ZodType }).catch(() => undefined);
    expect(seen[0]?.body.output_config).toBeUndefined();
    expect(seen[0]?.body.system[1]?.text).toContain("<answer-schema>");
  });

  it("with fields called like words of JSON Schema is bound all the same", async () => {
    const { model, seen } = await modelAt(sayText('{"not":"a","type":"b","properties":"c"}'));
    const named = z.object({ not: z.string(), type: z.string(), properties: z.string() });
    expect((await model.generate({ ...question, schema: named })).value.not).toBe("a");
    expect(seen[0]?.body.output_config?.format.type).toBe("json_schema");
  });
});

describe("a text answer", () => {
  it("is given as it came and can be checked", async () => {
    const { model } = await modelAt(sayText("Hello there"), sayText("Hello *there*"));
    const result = await model.generate({ ...question, check: (text) => (text.includes("*") ? [] : ["No emphasis."]) });
    expect(result).toMatchObject({ value: "Hello *there*", calls: 2 });
  });

  it("that is empty is repaired", async () => {
    const { model } = await modelAt(sayText(""), sayText("Something"));
    expect((await model.generate(question)).value).toBe("Something");
  });
});

describe("a prompt", () => {
  it("has what stays the same marked for the cache, and loses no character by it", async () => {
    const { model, seen } = await modelAt(sayText("ok"));
    const specification = renderPromptSection({ name: "specification", content: "A line.\n".repeat(800) });
    const prompt = `${specification}\n\nNow this:\n\n${renderPromptSection({ name: "phase", content: "{}" })}`;
    await model.generate({ ...question, system: "s".repeat(5_000), prompt });
    const content = seen[0]?.body.messages[0]?.content;
    const blocks = typeof content === "string" || content === undefined ? [] : content;
    expect(blocks.map((block) => block.text).join("")).toBe(prompt);
    expect(blocks.map((block) => block.cache_control?.type)).toEqual(["ephemeral", "ephemeral", undefined]);
    expect(blocks[0]?.text).toBe(specification);
    expect(blocks[2]?.text.startsWith("<phase>")).toBe(true);
    expect(seen[0]?.body.system[0]?.cache_control?.type).toBe("ephemeral");
  });

  it("that is small is one plain block", async () => {
    const { model, seen } = await modelAt(sayText("ok"));
    await model.generate(question);
    expect(seen[0]?.body.messages[0]?.content).toEqual([{ text: "How large?" }]);
    expect(seen[0]?.body.system[0]?.cache_control).toBeUndefined();
  });

  it("to something that is no address is refused", async () => {
    const model = createAnthropicModel({ model: "m", baseUrl: "localhost:8080" });
    await expect(model.generate(question)).rejects.toMatchObject({ code: "bad-input" });
  });

  it("goes to the address of its scope", async () => {
    const server = await startServer(sayText("ok"));
    const model = createAnthropicModel({ model: "own-model", baseUrl: ({ agent }) => `${server.url}/to/${agent}` });
    expect(model.info).toBeUndefined();
    await model.generate(question);
    expect(server.seen[0]).toMatchObject({ path: "/to/tester/v1/messages", authorization: undefined });
  });
});

import { specAnalyzer } from "@ccb/agents";
import { extractRequirements } from "@ccb/context";
import { CcbError, defineAgent, offlineModelId } from "@ccb/core";
import { createAnthropicModel } from "@ccb/models";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createOfflineModel } from "./create-offline-model.ts";

const text = "# Notes\n\nA REST service for notes.\n\n- A note must have a title of at most 80 characters.\n";

describe("createOfflineModel", () => {
  it("answers CCB's agents over HTTP in one call each, and the same question with the same answer", async () => {
    await using offline = await createOfflineModel();
    const model = createAnthropicModel({ model: offline.model, baseUrl: offline.url, apiKey: "any" });
    const input = {
      chunk: { text, index: 0, total: 1 },
      requirements: extractRequirements(text),
      projectName: "Notes",
    };
    const first = await specAnalyzer.run(input, { model });
    const second = await specAnalyzer.run(input, { model });
    expect(first).toMatchObject({
      calls: 1,
      model: offlineModelId,
      value: { projectName: "Notes", projectType: "REST service" },
    });
    expect(second.value).toEqual(first.value);
    expect(first.usage.inputTokens).toBeGreaterThan(100);
    expect([offline.requests, offline.totals().calls]).toEqual([2, 2]);
  });

  it("answers an agent that it does not know in the form that is asked for, and says what it is", async () => {
    await using offline = await createOfflineModel();
    const model = createAnthropicModel({ model: offline.model, baseUrl: offline.url, apiKey: "any" });
    const common = {
      description: "Reviews.",
      system: "You review plans.",
      prompt: (plan: string) => `Review this plan: ${plan}`,
    };
    const output = z.object({
      verdict: z.enum(["good", "bad"]),
      remarks: z.array(z.string().min(1)).min(1),
      score: z.int().min(1),
    });
    const judged = await defineAgent({ ...common, name: "plan-judge", output }).run("Dig a hole.", { model });
    expect(judged.calls).toBe(1);
    expect(judged.value).toMatchObject({
      verdict: "good",
      remarks: [expect.stringContaining("not a language model")],
      score: 1,
    });
    const shape = z.object({ steps: z.record(z.string(), z.number()), title: z.string().max(10) });
    const recorded = await defineAgent({ ...common, name: "plan-recorder", output: shape }).run("Dig.", { model });
    expect(recorded).toMatchObject({ calls: 1, value: { steps: {}, title: "CCB's offl" } });
    const said = await defineAgent({ ...common, name: "plan-critic" }).run("Dig a hole.", { model });
    expect(said.value).toMatch(/not a language model[\s\S]*Review this plan: Dig a hole\./);
  });

  it("does not pass for another model", async () => {
    await using offline = await createOfflineModel();
    const claude = createAnthropicModel({
      model: "claude-opus-5-5",
      baseUrl: offline.url,
      apiKey: "any",
      maxRetries: 0,
    });
    const asked = claude.generate({
      system: "",
      prompt: "Hello",
      scope: { build: "none", phase: undefined, task: undefined, agent: "x" },
    });
    await expect(asked).rejects.toSatisfy(
      (error) => CcbError.isInstance(error) && /claude-opus-5-5/.test(error.message),
    );
  });

  it("tells of every request, and says in which way a port cannot be had", async () => {
    const seen: string[] = [];
    await using offline = await createOfflineModel({ onRequest: (request) => seen.push(request.path) });
    const body = JSON.stringify({ model: offline.model, messages: [{ role: "user", content: "Hello" }] });
    await fetch(`${offline.url}/v1/messages/count_tokens`, { method: "POST", headers: { "x-api-key": "any" }, body });
    expect(seen).toEqual(["/v1/messages/count_tokens"]);
    const taken = createOfflineModel({ port: Number(new URL(offline.url).port) });
    await expect(taken).rejects.toMatchObject({ code: "io-failed" });
  });
});

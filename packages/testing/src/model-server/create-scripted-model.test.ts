import Anthropic from "@anthropic-ai/sdk";
import { expect, test } from "vitest";
import { createScriptedModel, type ScriptedModelOptions } from "./create-scripted-model.ts";

const text = (value: string) => ({ content: [{ type: "text" as const, text: value }] });
const system = (agent: string) => `You are the ${agent} agent of CCB (Claude Code Builder).\nBe exact.`;

async function withModel(
  options: ScriptedModelOptions,
  look: (ask: (system: string, prompt?: string) => Promise<string>) => Promise<void>,
): Promise<void> {
  await using model = await createScriptedModel(options);
  const client = new Anthropic({ baseURL: model.url, apiKey: "k", maxRetries: 0 });
  await look(async (prompt, content = "Hello") => {
    const stream = client.messages.stream({
      model: "claude-opus-5-5",
      max_tokens: 100,
      system: prompt,
      messages: [{ role: "user", content }],
    });
    return stream.finalText();
  });
}

test("the first rule that matches and is not used up answers", async () => {
  await withModel(
    {
      rules: [
        { when: "spec-analyzer", times: 2, reply: text("by agent") },
        { when: "Be exact", reply: text("by system prompt") },
        {
          when: ({ lastUserText }) => lastUserText.startsWith("Sing"),
          reply: ({ lastUserText }) => text(`la ${lastUserText}`),
        },
      ],
    },
    async (ask) => {
      expect(await ask(system("spec-analyzer"))).toBe("by agent");
      expect(await ask(system("spec-analyzer"))).toBe("by agent");
      expect(await ask(system("spec-analyzer"))).toBe("by system prompt");
      expect(await ask("Other", "Sing it")).toBe("la Sing it");
    },
  );
});

test("each fault happens once, on the answer of its rule, and uses up no rule", async () => {
  const message = "slow down";
  await withModel(
    {
      rules: [{ when: "task-generator", times: 1, reply: text('{"phases":["one","two"]}') }],
      faults: [
        { fault: { fault: "status", status: 429, errorType: "rate_limit_error", message } },
        { when: "task-generator", fault: { fault: "invalid-json" } },
        { when: "task-generator", fault: { fault: "cut", afterChunks: 4 } },
      ],
    },
    async (ask) => {
      await expect(ask(system("task-generator"))).rejects.toThrow("slow down");
      expect(await ask(system("task-generator"))).toBe('{"phases":["');
      await expect(ask(system("task-generator"))).rejects.toThrow();
      expect(await ask(system("task-generator"))).toBe('{"phases":["one","two"]}');
    },
  );
});

test("a request without a rule is refused with what the author needs to know", async () => {
  const rules = [{ when: "spec-analyzer", times: 1, reply: text("once") }];
  await withModel({ rules }, async (ask) => {
    await ask(system("spec-analyzer"));
    const failure = ask(system("spec-analyzer"), "Analyse this shop.");
    await expect(failure).rejects.toThrow(/400.*1 rules, 1 used up.*Agent: spec-analyzer.*Analyse this shop/);
  });
});

import { type Agent, type Model, noUsage, offlineModelId } from "@ccb/core";
import { answerRequest } from "../src/answer-request.ts";

/** A model that asks the rules directly, and throws where an answer would have to be repaired or is not the same the second time. */
const offline: Model = {
  id: offlineModelId,
  info: undefined,
  async generate(request) {
    const body = {
      model: offlineModelId,
      max_tokens: 1,
      system: request.system,
      messages: [{ role: "user" as const, content: request.prompt }],
    };
    const answer = answerRequest(body);
    const repair = [
      { role: "assistant" as const, content: "{" },
      { role: "user" as const, content: "That was wrong: repair it." },
    ];
    const again = answerRequest({ ...body, messages: [...body.messages, ...repair] });
    if (JSON.stringify(again) !== JSON.stringify(answer)) throw new Error("the second answer differs from the first");
    const text = answer.content.map((block) => (block.type === "text" ? block.text : "")).join("");
    const value = request.schema ? request.schema.parse(JSON.parse(text)) : (text as never);
    const problems = request.check?.(value) ?? [];
    if (problems.length > 0) throw new Error(problems.join("\n"));
    return { value, usage: noUsage, model: offlineModelId, calls: 1 };
  },
};

/** The answer of the offline model to an agent's question. */
export async function askOffline<Input, Output>(agent: Agent<Input, Output>, input: Input): Promise<Output> {
  return (await agent.run(input, { model: offline })).value;
}

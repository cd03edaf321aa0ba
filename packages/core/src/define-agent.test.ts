import { expect, test } from "vitest";
import { z } from "zod";
import { CcbError } from "./ccb-error.ts";
import { defineAgent } from "./define-agent.ts";
import type { Model, ModelRequest } from "./model.ts";
import { noUsage } from "./usage.ts";

/** A model that answers what it is told and keeps what it was asked: an implementation of the port, not a mock of ours. */
function createEchoModel(value: unknown): Model & { asked: ModelRequest<unknown>[] } {
  const asked: ModelRequest<unknown>[] = [];
  return {
    id: "echo",
    info: undefined,
    asked,
    async generate<T>(request: ModelRequest<T>) {
      asked.push(request as ModelRequest<unknown>);
      return { value: value as T, usage: noUsage, model: "echo", calls: 1 };
    },
  };
}

const agent = defineAgent({
  name: "greeter",
  description: "Greets.",
  system: "You greet.",
  input: z.object({ who: z.string().min(1) }),
  output: z.object({ greeting: z.string() }),
  prompt: ({ who }) => `Greet ${who}.`,
  check: ({ greeting }, { who }) => (greeting.includes(who) ? [] : [`The greeting does not name ${who}.`]),
});

test("an agent asks its model with its role, its prompt and its name", async () => {
  const model = createEchoModel({ greeting: "Hello Ada" });
  const { value } = await agent.run({ who: "Ada" }, { model, scope: { build: "b-1", task: "t-1" } });
  expect(value.greeting).toBe("Hello Ada");
  expect(model.asked[0]).toMatchObject({
    system: "You greet.",
    prompt: "Greet Ada.",
    scope: { build: "b-1", phase: undefined, task: "t-1", agent: "greeter" },
  });
  expect(model.asked[0]?.check?.({ greeting: "Hello" })).toEqual(["The greeting does not name Ada."]);
});

test("wrong input is refused before the model is asked", async () => {
  const model = createEchoModel({});
  await expect(agent.run({ who: "" }, { model })).rejects.toThrow(/input of agent "greeter".*who/);
  expect(model.asked).toHaveLength(0);
});

test("a name that would not fit the ledger is refused", () => {
  expect(() => defineAgent({ name: "My Agent", description: "", system: "", prompt: () => "" })).toThrow(
    /lower-case words/,
  );
});

test("an error is known by its marker, also from another copy of the package", () => {
  const foreign = Object.assign(new Error("x"), { [Symbol.for("@ccb/core/CcbError")]: true });
  expect(CcbError.isInstance(foreign)).toBe(true);
  expect(CcbError.isInstance(new Error("x"))).toBe(false);
});

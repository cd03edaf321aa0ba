import { findModel } from "@ccb/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type CutSession, chooseSessionStart } from "./choose-session-start.ts";

const cut: CutSession = {
  sessionId: "s",
  transcriptExists: true,
  worktreeIntact: true,
  spentMicroUsd: 2_000_000,
  spentTokens: 900_000,
  lastPromptTokens: 60_000,
  model: findModel("claude-opus-5-5"),
};

test("compares reading the conversation again with the work that would be done again", () => {
  // 60,000 tokens at 5 dollars a million: 30 cents.
  expect(chooseSessionStart(cut)).toEqual({
    start: "resume",
    why: "Resuming is cheaper: $0.3000 to read its 60000 tokens again, $2.0000 spent so far.",
  });
  expect(chooseSessionStart({ ...cut, spentMicroUsd: 300_000 }).start).toBe("afresh");
  expect(chooseSessionStart({ ...cut, spentMicroUsd: 300_001 }).start).toBe("resume");
});

test("never resumes what cannot be resumed or would soon overflow", () => {
  const changes: Partial<CutSession>[] = [
    { sessionId: undefined },
    { transcriptExists: false },
    { worktreeIntact: false },
    { lastPromptTokens: 900_000, spentMicroUsd: 90_000_000 },
    { spentTokens: 0, lastPromptTokens: 0 },
  ];
  for (const change of changes)
    expect(chooseSessionStart({ ...cut, ...change }).start, JSON.stringify(change)).toBe("afresh");
});

test("a prompt beyond the threshold is priced as a long one; tokens decide where no price is known", () => {
  const haiku = { ...cut, model: findModel("claude-haiku-5-5"), spentMicroUsd: 30_000 };
  expect(chooseSessionStart({ ...haiku, lastPromptTokens: 100_000 }).start).toBe("resume");
  expect(chooseSessionStart({ ...haiku, lastPromptTokens: 100_001 }).start).toBe("afresh");
  const unpriced = { ...cut, spentMicroUsd: undefined, model: undefined };
  expect(chooseSessionStart(unpriced).start).toBe("resume");
  expect(chooseSessionStart({ ...unpriced, spentTokens: 60_000 }).start).toBe("afresh");
  const free = { ...cut, model: findModel("ccb-offline"), spentMicroUsd: 0 };
  expect(chooseSessionStart(free).start).toBe("resume");
});

test("the more a session had spent, the more it is resumed", () => {
  fc.assert(
    fc.property(fc.nat(5_000_000), fc.nat(5_000_000), fc.nat(700_000), (spent, more, lastPromptTokens) => {
      const start = (spentMicroUsd: number) => chooseSessionStart({ ...cut, spentMicroUsd, lastPromptTokens }).start;
      if (spent > 0 && start(spent) === "resume") expect(start(spent + more)).toBe("resume");
    }),
  );
});

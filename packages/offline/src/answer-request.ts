import type { MessageAnswer, MessagesRequest } from "@ccb/testing";
import { analyzeSpec } from "./analysis/analyze-spec.ts";
import { writePhaseCriteria } from "./criteria/write-phase-criteria.ts";
import { writeDocument } from "./documents/write-document.ts";
import { writeGuidance } from "./guidance/write-guidance.ts";
import { offlineLabel } from "./offline-label.ts";
import { planBuild } from "./plan/plan-build.ts";
import type { Prompt } from "./request/read-prompt.ts";
import { type KnownAgent, readRequest } from "./request/read-request.ts";
import { fillSchema } from "./schema/fill-schema.ts";
import { planNextTurn } from "./session/next-turn.ts";
import { summarizePrompt } from "./summarize-prompt.ts";
import { writeTests } from "./tests/write-tests.ts";

const writers: Record<KnownAgent, (prompt: Prompt) => object | string> = {
  "spec-analyzer": analyzeSpec,
  "task-generator": planBuild,
  "acceptance-generator": writePhaseCriteria,
  "instruction-builder": writeGuidance,
  "documentation-agent": writeDocument,
  "test-generator": writeTests,
};

/** Answers a Messages request by rule: the same request gets the same answer, whoever asks and whenever. */
export function answerRequest(body: MessagesRequest): MessageAnswer {
  const request = readRequest(body);
  switch (request.kind) {
    case "agent": {
      const answer = writers[request.agent](request.prompt);
      return sayText(typeof answer === "string" ? answer : JSON.stringify(answer));
    }
    case "session":
      return planNextTurn(request.conversation, request.prompt);
    case "structured": {
      const say = `${offlineLabel}. ${summarizePrompt(request.prompt, 1)}`.trim();
      return sayText(JSON.stringify(fillSchema(request.schema, say)));
    }
    case "text":
      return sayText(`${offlineLabel}.\n\n${summarizePrompt(request.prompt, 12)}`.trim());
  }
}

function sayText(text: string): MessageAnswer {
  return { content: [{ type: "text", text }] };
}

export { builtInCheckKinds, isExclusiveCheck } from "./check/built-in-kinds.ts";
export { type AnyCheckKind, type CheckKind, type CheckPlace, defineCheckKind } from "./check/check-kind.ts";
export { type RunCheckOptions, runCheck } from "./check/run-check.ts";
export { type ConformancePoint, testCheckKind } from "./check/test-check-kind.ts";
export { generateData } from "./environment/generate-data.ts";
export { planEnvironment, type RunningEnvironment, startEnvironment } from "./environment/start-environment.ts";
export { isIntactEvidence } from "./evidence/seal-evidence.ts";
export type { Answer, ContentBlock, Fault, MessageAnswer, StopReason } from "./model-server/answer.ts";
export {
  type AnswerContext,
  createModelServer,
  type ModelServer,
  type ModelServerOptions,
  type RecordedRequest,
} from "./model-server/create-model-server.ts";
export {
  createScriptedModel,
  type ScriptedModelOptions,
  type ScriptFault,
  type ScriptMatch,
  type ScriptRule,
} from "./model-server/create-scripted-model.ts";
export type {
  MessagesRequest,
  RequestBlock,
  RequestMessage,
  TextBlock,
  ToolDefinition,
} from "./model-server/messages-request.ts";
export { type Conversation, readConversation, type ToolExchange } from "./model-server/read-conversation.ts";
export {
  type RunningService,
  type ServiceStop,
  type StartServiceOptions,
  startService,
} from "./process/start-service.ts";
export { type CreateSandboxOptions, createSandbox, detectSandboxes } from "./sandbox/create-sandbox.ts";
export type { Sandbox, SandboxKind, SandboxRun } from "./sandbox/sandbox.ts";
export { setUpProject } from "./sandbox/set-up-project.ts";
export { testSandbox } from "./sandbox/test-sandbox.ts";

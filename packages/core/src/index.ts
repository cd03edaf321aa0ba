export { type Analysis, analysisSchema } from "./analysis.ts";
export {
  type BuildEvent,
  type BuildEventBody,
  type BuildLifecycle,
  type BuildOutcome,
  type BuildStage,
  buildStages,
} from "./build-event.ts";
export { CcbError, type CcbErrorCode, type CcbErrorOptions } from "./ccb-error.ts";
export type { Check, CommandCheck, FileCheck, HttpCheck, ScriptCheck } from "./check.ts";
export type { HttpStep, JsonAssertion, ServiceUnderTest } from "./check-parts.ts";
export type {
  CallOutcome,
  CallTerms,
  CapKind,
  CostEntry,
  CostMeter,
  CostTotals,
  MicroUsd,
  ReserveRequest,
  ReserveResult,
} from "./cost-meter.ts";
export { type Criterion, criterionSchema, type PhaseCriteria, phaseCriteriaSchema } from "./criterion.ts";
export { type Agent, type AgentDefinition, type AgentRunOptions, defineAgent } from "./define-agent.ts";
export type { Evidence, EvidencePlace, Observation } from "./evidence.ts";
export type {
  Executor,
  ExecutorEvent,
  TaskRunFailure,
  TaskRunLimits,
  TaskRunRequest,
  TaskRunResult,
  ToolCall,
  ToolRefusal,
  ToolUse,
} from "./executor.ts";
export { type EnforcePoint, enforcePoints, type McpServerDefinition } from "./mcp-server.ts";
export type { Model, ModelRequest, ModelResult, WebSearch, WebSource } from "./model.ts";
export {
  defaultModelId,
  findModel,
  type ModelInfo,
  type ModelPrices,
  modelCatalog,
  modelCatalogDate,
  offlineModelId,
} from "./model-catalog.ts";
export { type Phase, type Plan, planSchema, type Task, type Waiver } from "./plan.ts";
export { type ApiCall, type ApiCallLog, type Clock, type Logger, type LogLevel, systemClock } from "./ports.ts";
export { type PromptSection, readPromptSection, renderPromptSection } from "./prompt-section.ts";
export type { RateLimitHold, RateLimitHoldStore } from "./rate-limit-hold.ts";
export { redactSecrets } from "./redact-secrets.ts";
export { type Requirement, type RequirementKind, requirementSchema, type Span } from "./requirement.ts";
export type { CallScope } from "./scope.ts";
export type { InjectionClass, SecurityCheck } from "./security-check.ts";
export type { BrowserCheck, BrowserStep, LoadCheck, SqlCheck, SqlQuery } from "./service-checks.ts";
export { type EnvironmentService, type TestEnvironment, testEnvironmentSchema } from "./test-environment.ts";
export { addUsage, noUsage, parseAnthropicUsage, type Usage } from "./usage.ts";
export { listTasks, validatePlan } from "./validate-plan.ts";

export {
  type CassetteRecorder,
  type CassetteRecorderOptions,
  createCassetteRecorder,
} from "./cassette/create-cassette-recorder.ts";
export {
  createReplayServer,
  type ReplayCut,
  type ReplayServer,
  type ReplayServerOptions,
} from "./cassette/create-replay-server.ts";
export type { OutsideQuestion } from "./cassette/question.ts";
export { type Cassette, readCassettes } from "./cassette/read-cassettes.ts";
export { type ReplayDivergence, renderDivergence } from "./cassette/replay-divergence.ts";
export { createGateway } from "./create-gateway.ts";
export type {
  AnsweredRequest,
  AnswerKeeper,
  ExchangeRecorder,
  Gateway,
  GatewayLimits,
  GatewayOptions,
  GatewayRefusal,
  GatewayRoute,
  GatewayStats,
  GatewayUpstream,
  PromptToEstimate,
} from "./gateway.ts";
export { type KeyUse, listKeyUses } from "./list-key-uses.ts";
export { estimateInputTokens } from "./reserve/estimate-input-tokens.ts";

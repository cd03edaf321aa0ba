export { createGateway } from "./create-gateway.ts";
export type {
  AnsweredRequest,
  AnswerKeeper,
  Gateway,
  GatewayLimits,
  GatewayOptions,
  GatewayRefusal,
  GatewayRoute,
  GatewayStats,
  GatewayUpstream,
  PromptToEstimate,
} from "./gateway.ts";
export { estimateInputTokens } from "./reserve/estimate-input-tokens.ts";

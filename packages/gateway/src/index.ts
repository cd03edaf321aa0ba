export { createGateway } from "./create-gateway.ts";
export { estimateInputTokens } from "./estimate-input-tokens.ts";
export type {
  Gateway,
  GatewayOptions,
  GatewayRefusal,
  GatewayStats,
  GatewayUpstream,
  PromptToEstimate,
} from "./gateway.ts";

export { type AnthropicModelOptions, createAnthropicModel } from "./create-anthropic-model.ts";
export { createAnthropicSearch } from "./create-anthropic-search.ts";

/** `@ccb/mcp/memory`: the memory server's graph as a file; apart, since it needs no client and no server. */
export { type ChooseMemoriesOptions, type ChosenMemories, chooseMemories } from "./choose-memories.ts";
export { readMemoryGraph, writeMemoryGraph } from "./memory-file.ts";
export { type MemoryGraph, mergeMemoryGraphs, parseMemoryGraph, renderMemoryGraph } from "./memory-graph.ts";

export { type BubblewrapFound, detectBubblewrap } from "./confinement/detect-bubblewrap.ts";
export type { Confinement } from "./confinement/plan-confinement.ts";
export { type ClaudeCodeExecutorOptions, createClaudeCodeExecutor } from "./create-claude-code-executor.ts";
export {
  type EndProcessTreeOptions,
  type EndProcessTreeResult,
  endProcessTree,
  type RecordedProcess,
  readProcessRecord,
} from "./process/end-process-tree.ts";
export { type GuardProcessesOptions, guardProcesses, type ProcessGuard } from "./process/guard-processes.ts";
export { protectedFolders, writeTools } from "./session/check-write.ts";
export { defaultAllowedCommands, defaultBuiltinTools, defaultRefusedTools } from "./session/render-session-options.ts";

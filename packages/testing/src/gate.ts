export { type GateFinding, type GateRule, gateRules, type SourceTree } from "./gate/gate-finding.ts";
export { defaultProtectedPaths, type JudgeChangeOptions, judgeChange } from "./gate/judge-change.ts";
export { isJudgedPath, judgeTree, type TreeVerdict } from "./gate/judge-tree.ts";
export {
  applyWaivers,
  parseWaivers,
  type Waivable,
  type Waiver,
  type WaiverOutcome,
  waiverFile,
} from "./gate/waivers.ts";

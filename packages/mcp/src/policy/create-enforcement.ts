import { type EnforcePoint, enforcePoints, type ToolCall, type ToolRefusal, type ToolUse } from "@ccb/core";
import { classifyCall, matchesAny } from "./classify-call.ts";
import {
  type ComplianceTrackerOptions,
  type ComplianceVerdict,
  createComplianceTracker,
  listServersAt,
} from "./create-compliance-tracker.ts";
import { createPointLedger } from "./create-point-ledger.ts";
import type { PolicyLevel, PolicyMoment } from "./mcp-policy.ts";
import { renderRefusal } from "./render-refusal.ts";

/** What a session came to at one point, for one server. */
export interface PointJudgement {
  point: EnforcePoint;
  server: string;
  level: Exclude<PolicyLevel, "off">;
  met: boolean;
  /** The call that counts, or why none does. */
  evidence: string;
}

/** A required point that was not met. */
export interface PointViolation {
  point: EnforcePoint;
  servers: string[];
  /** Number of the refusal at this point, from 1; one more than the limit where it is given up. */
  refusal: number;
  severity: "critical" | "warning";
  /** `refused`: the model was told. `noticed`: it was told, but what needed the use was done already. `given-up`: it was told as often as the policy says, and is let go. */
  outcome: "refused" | "noticed" | "given-up";
  evidence: string[];
}

export interface EnforcementOptions extends ComplianceTrackerOptions {
  /** From 1; decides whether a violation is redone. */
  attempt: number;
  onJudged?: (judgement: PointJudgement) => void;
  onViolated?: (violation: PointViolation) => void;
}

/** Holds one session to the policy. Its members fit the callbacks of a `TaskRunRequest`. */
export interface Enforcement {
  onToolUse(use: ToolUse): void;
  beforeTool(call: ToolCall): ToolRefusal | undefined;
  /**
   * Files were changed by something that `beforeTool` did not take for an edit, such as a program that a command ran: the points of an edit are judged now. A reason is for
   * the model; a point of the first edit that was not met is asked for again at the end.
   */
  noticeEdits(seen: { files: readonly string[]; by: string }): ToolRefusal | undefined;
  /** Whether a call itself shows that it edits, so that `beforeTool` has judged it as an edit. */
  isEdit(call: { name: string; input: unknown }): boolean;
  /** Whether no edit was seen so far although some point is about the first one: a file that has changed since is one that nobody asked about. */
  awaitsFirstEdit(): boolean;
  beforeEnd(what?: "session" | "task"): string | undefined;
  /** What was violated with severity `critical`, once the session has ended by itself; undefined when nothing was. */
  violation(): string | undefined;
  /** Whether the policy has a task of that many attempts begun again after a violation. */
  redo(): boolean;
}

/** Starts holding a session to the policy. Verdicts come from recorded calls; refusals are counted at each point by itself. */
export function createEnforcement(options: EnforcementOptions): Enforcement {
  const { policy, attempt } = options;
  const tracker = createComplianceTracker(options);
  const ledger = createPointLedger(options);
  let edited = false;
  /** Points of the first edit that were not met when it was noticed, and what was done. */
  const late = new Map<EnforcePoint, string>();
  const listPoints = createPointList(options);
  /** What a session that commands keep failing in had come to before its last call: a call that succeeds is the end of the row. */
  let failing: { point: EnforcePoint; verdict: ComplianceVerdict }[] = [];
  const isFailing = () => tracker.failedInARow() >= policy.tools.failingCommands;
  const judgeEnd = () =>
    [...listPoints("end"), ...late.keys()].map((point) => ({ point, verdict: tracker.judge(point) }));
  return {
    onToolUse: (use) => tracker.record(use),
    beforeTool(call) {
      const kinds = classifyCall(call, policy.tools);
      const moments: PolicyMoment[] = [...kinds];
      if (kinds.has("edit") && !edited) moments.push("first-edit");
      if (kinds.has("edit") && isFailing()) moments.push("failing");
      failing = isFailing() ? listPoints("failing").map((point) => ({ point, verdict: tracker.judge(point) })) : [];
      for (const point of moments.flatMap(listPoints)) {
        const refusal = ledger.settle(point, judgeCall({ options, tracker, point, call }));
        if (refusal !== undefined) return refusal;
      }
      edited ||= kinds.has("edit");
      return undefined;
    },
    noticeEdits({ files, by }) {
      const counted = files.filter((file) => !matchesAny(file, policy.tools.uncountedFiles));
      if (counted.length === 0) return undefined;
      tracker.noteEdit();
      const done = `${by} changed ${renderFiles(counted)}`;
      const firsts = edited ? [] : listPoints("first-edit");
      const reasons: ToolRefusal[] = [];
      let isOpen = false;
      const points = [...firsts, ...listPoints("edit")].map((point) => ({ point, verdict: tracker.judge(point) }));
      for (const { point, verdict } of [...points, ...failing]) {
        const reason = ledger.notice(point, verdict, done);
        if (reason !== undefined) reasons.push(reason);
        if (!firsts.includes(point) || verdict.ok || policy.points[point].level !== "required") continue;
        late.set(point, done);
        isOpen ||= !verdict.missing.every(({ server }) => ledger.isGivenUp(server));
      }
      failing = [];
      // As long as the look-up is missing, the next edit is refused like the first.
      edited ||= !isOpen;
      return reasons.find(({ endSession }) => endSession) ?? reasons[0];
    },
    isEdit: (call) => classifyCall(call, policy.tools).has("edit"),
    awaitsFirstEdit: () => !edited && late.size === 0 && listPoints("first-edit").length > 0,
    beforeEnd(what = "session") {
      const open = judgeEnd();
      const required = open.filter(({ point }) => policy.points[point].level === "required");
      for (const { point, verdict } of required) {
        // What was given up at one point is not asked for again at the next.
        if (verdict.ok || verdict.missing.every(({ server }) => ledger.isGivenUp(server))) continue;
        const refusal = ledger.refuse(point, verdict);
        const done = late.get(point);
        const message = done ? renderRefusal({ point, missing: verdict.missing, policy, done }) : verdict.message;
        if (refusal.outcome === "refused") return message;
      }
      if (what === "session") for (const { point, verdict } of open) ledger.close(point, verdict);
      return undefined;
    },
    violation() {
      const critical = judgeEnd()
        .filter(({ point }) => policy.points[point].level === "required")
        .flatMap(({ verdict }) =>
          verdict.ok ? [] : verdict.missing.filter(({ severity }) => severity === "critical"),
        );
      const servers = [...new Set([...critical.map(({ server }) => server), ...ledger.failedServers()])];
      if (servers.length === 0) return undefined;
      return servers.some(ledger.isGivenUp)
        ? `it was refused ${policy.limits.refusals} times and still had not used ${servers.join(" and ")}`
        : `it ended without having used ${servers.join(" and ")}`;
    },
    redo: () => attempt <= policy.limits.redos,
  };
}

/** The points of a moment at which some server is looked at; found once, since neither policy nor session changes. */
function createPointList(options: EnforcementOptions): (moment: PolicyMoment) => EnforcePoint[] {
  const byMoment = new Map<PolicyMoment, EnforcePoint[]>();
  return (moment) => {
    const isAsked = (point: EnforcePoint) =>
      options.policy.points[point].moment === moment && listServersAt({ ...options, point }).length > 0;
    const known = byMoment.get(moment) ?? enforcePoints.filter(isAsked);
    byMoment.set(moment, known);
    return known;
  };
}

/** File points are met by the call itself being the server's; the others by calls before it. */
function judgeCall(judged: {
  options: EnforcementOptions;
  tracker: ReturnType<typeof createComplianceTracker>;
  point: EnforcePoint;
  call: ToolCall;
}): ComplianceVerdict {
  const { options, tracker, point, call } = judged;
  const servers = listServersAt({ ...options, point });
  const isItself = options.policy.points[point].since === "this-call" && servers.includes(call.server ?? "");
  if (!isItself) return tracker.judge(point);
  return { ok: true, evidence: { [call.server ?? ""]: `${call.name} (${call.id})` } };
}

function renderFiles(files: readonly string[]): string {
  const shown = files.slice(0, 3).join(", ");
  return files.length > 3 ? `${shown} and ${files.length - 3} more` : shown;
}

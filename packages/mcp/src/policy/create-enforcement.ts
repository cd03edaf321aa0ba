import { type EnforcePoint, enforcePoints, type ToolCall, type ToolRefusal, type ToolUse } from "@ccb/core";
import { classifyCall } from "./classify-call.ts";
import {
  type ComplianceTrackerOptions,
  type ComplianceVerdict,
  createComplianceTracker,
  listServersAt,
} from "./create-compliance-tracker.ts";
import type { PolicyLevel, PolicyMoment } from "./mcp-policy.ts";

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
  /** `refused`: the model was told. `given-up`: it was told as often as the policy says, and is let go. */
  outcome: "refused" | "given-up";
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
  beforeEnd(what?: "session" | "task"): string | undefined;
  /** What was violated with severity `critical`, once the session has ended by itself; undefined when nothing was. */
  violation(): string | undefined;
  /** Whether the policy has a task of that many attempts begun again after a violation. */
  redo(): boolean;
}

const oncePerCall: readonly PolicyMoment[] = ["edit", "read", "directory"];

/** Starts holding a session to the policy. Verdicts come from recorded calls; refusals are counted at each point by itself. */
export function createEnforcement(options: EnforcementOptions): Enforcement {
  const { policy, attempt } = options;
  const tracker = createComplianceTracker(options);
  const ledger = createPointLedger(options);
  let edited = false;
  const pointsAt = (moment: PolicyMoment) =>
    enforcePoints.filter(
      (point) => policy.points[point].moment === moment && listServersAt({ ...options, point }).length > 0,
    );
  const byMoment = new Map<PolicyMoment, EnforcePoint[]>();
  const listPoints = (moment: PolicyMoment): EnforcePoint[] => {
    const known = byMoment.get(moment) ?? pointsAt(moment);
    byMoment.set(moment, known);
    return known;
  };
  return {
    onToolUse: (use) => tracker.record(use),
    beforeTool(call) {
      const kinds = classifyCall(call, policy.tools);
      const moments: PolicyMoment[] = [...kinds];
      if (kinds.has("edit") && !edited) moments.push("first-edit");
      if (kinds.has("edit") && tracker.failedInARow() >= policy.tools.failingCommands) moments.push("failing");
      for (const point of moments.flatMap(listPoints)) {
        const refusal = ledger.settle(point, judgeCall({ options, tracker, point, call }));
        if (refusal !== undefined) return refusal;
      }
      edited ||= kinds.has("edit");
      return undefined;
    },
    beforeEnd(what = "session") {
      const open = listPoints("end").map((point) => ({ point, verdict: tracker.judge(point) }));
      const required = open.filter(({ point }) => policy.points[point].level === "required");
      for (const { point, verdict } of required) {
        // What was given up at one point is not asked for again at the next.
        if (verdict.ok || verdict.missing.every(({ server }) => ledger.isGivenUp(server))) continue;
        const refusal = ledger.refuse(point, verdict);
        if (refusal.outcome === "refused") return verdict.message;
      }
      if (what === "session") for (const { point, verdict } of open) ledger.close(point, verdict);
      return undefined;
    },
    violation() {
      const critical = listPoints("end")
        .filter((point) => policy.points[point].level === "required")
        .flatMap((point) => {
          const verdict = tracker.judge(point);
          return verdict.ok ? [] : verdict.missing.filter(({ severity }) => severity === "critical");
        });
      const servers = [...new Set([...critical.map(({ server }) => server), ...ledger.failedServers()])];
      if (servers.length === 0) return undefined;
      return servers.some(ledger.isGivenUp)
        ? `it was refused ${policy.limits.refusals} times and still had not used ${servers.join(" and ")}`
        : `it ended without having used ${servers.join(" and ")}`;
    },
    redo: () => attempt <= policy.limits.redos,
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

/** Counts refusals point by point and tells each judgement once. */
function createPointLedger(options: EnforcementOptions) {
  const { policy, onJudged, onViolated } = options;
  const refusals = new Map<EnforcePoint, number>();
  const told = new Map<string, boolean>();
  /** Servers whose use was given up, and whether that was critical before a call. */
  const givenUp = new Map<string, boolean>();
  const close = (point: EnforcePoint, verdict: ComplianceVerdict) => {
    const { level, moment } = policy.points[point];
    if (level === "off") return;
    const missing = verdict.ok ? [] : verdict.missing;
    const rows = [
      ...Object.entries(verdict.evidence ?? {}).map(([server, evidence]) => ({ server, met: true, evidence })),
      ...missing.map(({ server, why }) => ({ server, met: false, evidence: why })),
    ];
    for (const { server, met, evidence } of rows) {
      const key = `${point} ${server}`;
      if (!oncePerCall.includes(moment) && told.get(key) === met) continue;
      told.set(key, met);
      onJudged?.({ point, server, level, met, evidence });
    }
  };
  const refuse = (point: EnforcePoint, verdict: Extract<ComplianceVerdict, { ok: false }>): PointViolation => {
    const refusal = (refusals.get(point) ?? 0) + 1;
    refusals.set(point, refusal);
    const critical = verdict.missing.filter(({ severity }) => severity === "critical");
    const outcome = refusal <= policy.limits.refusals ? "refused" : "given-up";
    const violation: PointViolation = {
      point,
      servers: verdict.missing.map(({ server }) => server),
      refusal,
      severity: critical.length > 0 ? "critical" : "warning",
      outcome,
      evidence: verdict.missing.map(({ server, why }) => `${server}: ${why}`),
    };
    if (outcome === "refused" || refusal === policy.limits.refusals + 1) onViolated?.(violation);
    if (outcome === "given-up") {
      const isEnd = policy.points[point].moment === "end";
      for (const { server, severity } of verdict.missing) givenUp.set(server, severity === "critical" && !isEnd);
    }
    return violation;
  };
  return {
    close,
    refuse,
    /** Judges a point before a call; a refusal where the call may not happen. */
    settle(point: EnforcePoint, verdict: ComplianceVerdict): ToolRefusal | undefined {
      if (verdict.ok || policy.points[point].level === "preferred") {
        close(point, verdict);
        return undefined;
      }
      const { outcome, severity } = refuse(point, verdict);
      if (outcome === "refused") return { reason: verdict.message };
      close(point, verdict);
      return severity === "critical" ? { reason: verdict.message, endSession: true } : undefined;
    },
    isGivenUp: (server: string) => givenUp.has(server),
    /** Servers whose critical violation was given up before a call; at the end the calls themselves are looked at. */
    failedServers: () => [...givenUp].flatMap(([server, critical]) => (critical ? [server] : [])),
  };
}

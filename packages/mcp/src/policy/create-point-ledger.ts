import type { EnforcePoint, ToolRefusal } from "@ccb/core";
import type { ComplianceVerdict } from "./create-compliance-tracker.ts";
import type { EnforcementOptions, PointViolation } from "./create-enforcement.ts";
import type { PolicyMoment } from "./mcp-policy.ts";
import { renderRefusal } from "./render-refusal.ts";

type Unmet = Extract<ComplianceVerdict, { ok: false }>;

const oncePerCall: readonly PolicyMoment[] = ["edit", "read", "directory"];

/** Counts refusals point by point and tells each judgement once. */
export interface PointLedger {
  /** Tells what the session came to at a point. */
  close(point: EnforcePoint, verdict: ComplianceVerdict): void;
  /** Counts one refusal, or gives the point up. */
  refuse(point: EnforcePoint, verdict: Unmet): PointViolation;
  /** Judges a point before a call; a refusal where the call may not happen. */
  settle(point: EnforcePoint, verdict: ComplianceVerdict): ToolRefusal | undefined;
  /** Judges a point after something was done that nobody had asked about; what was judged then stays, whatever is used later. */
  notice(point: EnforcePoint, verdict: ComplianceVerdict, done: string): ToolRefusal | undefined;
  isGivenUp(server: string): boolean;
  /** Servers whose critical violation was given up before a call; at the end the calls themselves are looked at. */
  failedServers(): string[];
}

/** Starts counting for one session. */
export function createPointLedger(options: EnforcementOptions): PointLedger {
  const { policy, onJudged, onViolated } = options;
  const refusals = new Map<EnforcePoint, number>();
  const told = new Map<string, boolean>();
  /** Points and servers of which it is known that they were not met in time. */
  const late = new Set<string>();
  /** Servers whose use was given up, and whether that was critical before a call. */
  const givenUp = new Map<string, boolean>();
  const close = (point: EnforcePoint, verdict: ComplianceVerdict) => {
    const { level, moment } = policy.points[point];
    if (level === "off") return;
    for (const { server, met, evidence } of listRows(verdict)) {
      const key = `${point} ${server}`;
      if (!oncePerCall.includes(moment) && (told.get(key) === met || late.has(key))) continue;
      told.set(key, met);
      onJudged?.({ point, server, level, met, evidence });
    }
  };
  const refuse = (point: EnforcePoint, verdict: Unmet, done?: string): PointViolation => {
    const refusal = (refusals.get(point) ?? 0) + 1;
    refusals.set(point, refusal);
    const isCritical = verdict.missing.some(({ severity }) => severity === "critical");
    const isLimit = refusal > policy.limits.refusals;
    const violation: PointViolation = {
      point,
      servers: verdict.missing.map(({ server }) => server),
      refusal,
      severity: isCritical ? "critical" : "warning",
      outcome: isLimit ? "given-up" : done === undefined ? "refused" : "noticed",
      evidence: verdict.missing.map(({ server, why }) => `${server}: ${done ? `${done}; ${why}` : why}`),
    };
    if (!isLimit || refusal === policy.limits.refusals + 1) onViolated?.(violation);
    if (isLimit) {
      const isEnd = policy.points[point].moment === "end";
      for (const { server, severity } of verdict.missing) givenUp.set(server, severity === "critical" && !isEnd);
    }
    return violation;
  };
  return {
    close,
    refuse,
    settle(point, verdict) {
      if (verdict.ok || policy.points[point].level === "preferred") {
        close(point, verdict);
        return undefined;
      }
      const { outcome, severity } = refuse(point, verdict);
      if (outcome === "refused") return { reason: verdict.message };
      close(point, verdict);
      return severity === "critical" ? { reason: verdict.message, endSession: true } : undefined;
    },
    notice(point, verdict, done) {
      if (verdict.ok) {
        close(point, verdict);
        return undefined;
      }
      const missing = verdict.missing.map((entry) => ({ ...entry, why: `${done}; ${entry.why}` }));
      close(point, { ...verdict, missing });
      for (const { server } of verdict.missing) late.add(`${point} ${server}`);
      if (policy.points[point].level !== "required") return undefined;
      const { outcome, severity } = refuse(point, verdict, done);
      const reason = renderRefusal({ point, missing: verdict.missing, policy, done });
      if (outcome === "noticed") return { reason };
      return severity === "critical" ? { reason, endSession: true } : undefined;
    },
    isGivenUp: (server) => givenUp.has(server),
    failedServers: () => [...givenUp].flatMap(([server, isCritical]) => (isCritical ? [server] : [])),
  };
}

function listRows(verdict: ComplianceVerdict): { server: string; met: boolean; evidence: string }[] {
  const missing = verdict.ok ? [] : verdict.missing;
  return [
    ...Object.entries(verdict.evidence ?? {}).map(([server, evidence]) => ({ server, met: true, evidence })),
    ...missing.map(({ server, why }) => ({ server, met: false, evidence: why })),
  ];
}

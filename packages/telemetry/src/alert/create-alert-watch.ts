import type { BuildEventBody } from "@ccb/core";
import type { TelemetryEvent } from "../telemetry-event.ts";
import { countForAlerts, defineAlertNumbers } from "./_alert-numbers.ts";
import { type AlertReading, readForAlerts, readStall, windowOf } from "./_alert-readings.ts";
import type { AlertRules } from "./parse-alert-rules.ts";

/** An alert that begins or ends. */
export type AlertChange = Extract<BuildEventBody, { type: "alert-raised" | "alert-cleared" }>;

/** Watches thresholds. Pure but for what it remembers: times are handed in. */
export interface AlertWatch {
  /** What the event changes. Each alert is raised once when its threshold is crossed, and again only after it was cleared. */
  take(event: TelemetryEvent): AlertChange[];
  /** Takes in an event of an earlier run, without telling anything. */
  recall(event: TelemetryEvent): void;
  /** Looks whether time alone has crossed a threshold; `now` is in milliseconds since 1970. Until `idleUntil`, nothing had to happen. */
  tick(now: number, idleUntil?: number): AlertChange[];
}

/** Watches the thresholds of `rules` over the events of a build or a gateway. */
export function createAlertWatch(rules: AlertRules): AlertWatch {
  const window = windowOf(rules);
  const numbers = defineAlertNumbers();
  const raised = new Set<string>();

  const judge = ({ alert, subject, value, threshold, say }: AlertReading): AlertChange[] => {
    if (threshold === undefined || value === undefined) return [];
    const key = keyOf(alert, subject);
    const isCrossed = value >= threshold;
    if (isCrossed === raised.has(key)) return [];
    if (isCrossed) raised.add(key);
    else raised.delete(key);
    const about = { alert, ...(subject === undefined ? {} : { subject }), value, threshold };
    return [{ type: isCrossed ? "alert-raised" : "alert-cleared", ...about, message: say(value, threshold) }];
  };

  return {
    take(event) {
      if (isAlert(event)) return [];
      const isOver = judge(readStall(0, rules));
      countForAlerts(numbers, event, window);
      return [...isOver, ...readForAlerts(numbers, event, rules).flatMap(judge)];
    },
    recall(event) {
      if (!isAlert(event)) return countForAlerts(numbers, event, window);
      if (event.type === "alert-raised") raised.add(keyOf(event.alert, event.subject));
      else raised.delete(keyOf(event.alert, event.subject));
    },
    tick(now, idleUntil = 0) {
      const { lastAt, isResting } = numbers;
      if (lastAt === undefined || isResting) return [];
      const since = Math.max(lastAt, idleUntil);
      // That a stall is over is told by the next event, not by time.
      if (now - since < (rules.stalledSeconds ?? 0) * 1000) return [];
      return judge(readStall((now - since) / 1000, rules));
    },
  };
}

function isAlert(event: TelemetryEvent): event is TelemetryEvent & AlertChange {
  return event.type === "alert-raised" || event.type === "alert-cleared";
}

function keyOf(alert: string, subject: string | undefined): string {
  return JSON.stringify([alert, subject ?? null]);
}

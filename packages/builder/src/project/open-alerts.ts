import type { BuildEvent, BuildEventBody, Clock } from "@ccb/core";
import { type AlertChange, type AlertRules, createAlertWatch, sendAlert } from "@ccb/telemetry";

/** Watches a build's thresholds and tells of those that are crossed. */
export interface BuildAlerts {
  take(event: BuildEvent): void;
  /** No alert begins after it; waits for those under way to be delivered, or to be told as failed. The journal has to be open until then. */
  close(): Promise<void>;
}

/** Milliseconds between two looks at whether the build stands still. */
const tickMs = 1_000;

/**
 * Opens the alerts of a build. What earlier runs spent and raised is taken over from the journal: an alert is raised once, not once a run. Alerts are events of the build, so they are in
 * the log, on the console and in the journal.
 */
export function openAlerts(options: {
  rules: AlertRules | undefined;
  journal: { events(): BuildEvent[] };
  emit: (body: BuildEventBody) => void;
  /** Goes with every alert that is sent. */
  about: Record<string, string>;
  /** For the command; without credentials. */
  environment: Record<string, string>;
  clock: Clock;
}): BuildAlerts {
  const { rules, emit, about, environment, clock } = options;
  if (!rules) return { take: () => {}, close: async () => {} };
  const watch = createAlertWatch(rules);
  for (const event of options.journal.events()) watch.recall(event);
  const underWay = new Set<Promise<void>>();
  let isClosed = false;

  const tell = async (alert: AlertChange): Promise<void> => {
    const { webhook, command } = rules;
    const problems = await sendAlert({
      alert,
      about,
      environment,
      ...(webhook === undefined ? {} : { webhook }),
      ...(command === undefined ? {} : { command }),
    });
    // Told also when the build has ended meanwhile: whoever relies on an alert has to know that it went nowhere.
    for (const message of problems) emit({ type: "warning", message });
  };
  const raise = (changes: AlertChange[]): void => {
    if (changes.length === 0) return;
    // After the events that are being told: an alert comes after what it is about, also in number.
    queueMicrotask(() => {
      if (isClosed) return;
      for (const change of changes) {
        emit(change);
        const sending = tell(change);
        underWay.add(sending);
        void sending.finally(() => underWay.delete(sending));
      }
    });
  };
  const timer = rules.stalledSeconds === undefined ? undefined : setInterval(tick, tickMs);
  timer?.unref();
  function tick(): void {
    raise(watch.tick(clock.now().getTime()));
  }

  return {
    take: (event) => raise(watch.take(event)),
    async close() {
      clearInterval(timer);
      isClosed = true;
      await Promise.all(underWay);
    },
  };
}

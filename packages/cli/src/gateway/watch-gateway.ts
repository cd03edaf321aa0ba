import type { ApiCall, CallScope } from "@ccb/core";
import type { CostLedger } from "@ccb/cost";
import { type AlertChange, createAlertWatch, describeCall, sendAlert, type TelemetryEvent } from "@ccb/telemetry";
import type { RunConfig } from "../config/read-config.ts";
import { openTelemetry } from "../telemetry/open-telemetry.ts";

/** Metrics, traces and alerts of a gateway that stands alone. */
export interface GatewayWatch {
  start(): void;
  call(call: ApiCall): void;
  refused(call: { scope: CallScope; model: string; reason: string }): void;
  close(): Promise<void>;
}

/** Milliseconds between two looks at whether calls stand still. */
const tickMs = 1_000;

/** Opens what the configuration asks for; a gateway has no events of a build, so they are made from its calls. */
export async function watchGateway(options: {
  config: RunConfig;
  ledger: CostLedger;
  environment: Record<string, string>;
  capMicroUsd: number | undefined;
  /** Calls that are under way. */
  inFlight: () => number;
  note: (kind: "alert" | "note" | "warning", text: string) => void;
}): Promise<GatewayWatch> {
  const { config, ledger, capMicroUsd, note } = options;
  const telemetry = await openTelemetry({ config, note: (text) => note("note", text) });
  const watch = config.alerts && createAlertWatch(config.alerts);
  const underWay = new Set<Promise<void>>();

  const tell = async (alert: AlertChange): Promise<void> => {
    const { webhook, command } = config.alerts ?? {};
    const problems = await sendAlert({
      alert,
      about: { project: "gateway" },
      environment: { PATH: options.environment.PATH ?? "", HOME: options.environment.HOME ?? "" },
      ...(webhook === undefined ? {} : { webhook }),
      ...(command === undefined ? {} : { command }),
    });
    for (const problem of problems) note("warning", problem);
  };
  const raise = (alerts: AlertChange[], at: string): void => {
    for (const alert of alerts) {
      telemetry.take({ ...alert, at });
      note(alert.type === "alert-raised" ? "alert" : "note", alert.message);
      const sending = tell(alert);
      underWay.add(sending);
      void sending.finally(() => underWay.delete(sending));
    }
  };
  const take = (event: TelemetryEvent): void => {
    telemetry.take(event);
    raise(watch?.take(event) ?? [], event.at);
  };
  const now = () => new Date().toISOString();
  let idleUntil = Date.now();
  const tick = (): void => {
    // Nobody has to call a gateway: it stands still only where calls are under way and none ends.
    if (options.inFlight() === 0) idleUntil = Date.now();
    raise(watch?.tick(Date.now(), idleUntil) ?? [], now());
  };
  const timer = config.alerts?.stalledSeconds === undefined ? undefined : setInterval(tick, tickMs);
  timer?.unref();
  return {
    // No `build-start`: a gateway runs for weeks, and a span of that length would say nothing. Its calls are traces of their own.
    start: () => take({ type: "budget-set", capMicroUsd, totalMicroUsd: ledger.totals().costMicroUsd, at: now() }),
    call: (call) => take({ ...describeCall(call, ledger.totals().costMicroUsd), at: now() }),
    refused: ({ scope, model, reason }) => take({ type: "call-refused", scope, model, reason, at: now() }),
    async close() {
      clearInterval(timer);
      await Promise.all(underWay);
      await telemetry.close();
    },
  };
}

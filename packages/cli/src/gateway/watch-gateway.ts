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

/** Opens what the configuration asks for; a gateway has no events of a build, so they are made from its calls. */
export async function watchGateway(options: {
  config: RunConfig;
  ledger: CostLedger;
  environment: Record<string, string>;
  capMicroUsd: number | undefined;
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
  const take = (event: TelemetryEvent): void => {
    telemetry.take(event);
    for (const alert of watch?.take(event) ?? []) {
      telemetry.take({ ...alert, at: event.at });
      note(alert.type === "alert-raised" ? "alert" : "note", alert.message);
      const sending = tell(alert);
      underWay.add(sending);
      void sending.finally(() => underWay.delete(sending));
    }
  };
  const now = () => new Date().toISOString();
  return {
    // No `build-start`: a gateway runs for weeks, and a span of that length would say nothing. Its calls are traces of their own.
    start: () => take({ type: "budget-set", capMicroUsd, totalMicroUsd: ledger.totals().costMicroUsd, at: now() }),
    call: (call) => take({ ...describeCall(call, ledger.totals().costMicroUsd), at: now() }),
    refused: ({ scope, model, reason }) => take({ type: "call-refused", scope, model, reason, at: now() }),
    async close() {
      await Promise.all(underWay);
      await telemetry.close();
    },
  };
}

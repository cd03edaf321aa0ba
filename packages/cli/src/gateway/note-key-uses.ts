import { systemClock } from "@ccb/core";
import { type KeyUse, listKeyUses } from "@ccb/gateway";
import { createAuditLog, createRedactor } from "@ccb/logging";
import type { GatewaySettings } from "./gateway-settings.ts";

/**
 * Notes the keys that a gateway of its own holds in the hash-chained log beside its ledger, before the first of them is sent: as the event `key-used` of a build. They are on the
 * disk when it returns. Nothing is written where the clients' own credentials go through.
 */
export function noteKeyUses(settings: Pick<GatewaySettings, "upstream" | "routes" | "secrets" | "auditLog">): KeyUse[] {
  const uses = listKeyUses(settings);
  if (uses.length === 0) return uses;
  const audit = createAuditLog({
    path: settings.auditLog,
    redact: createRedactor({ secrets: () => settings.secrets }),
  });
  try {
    for (const use of uses) {
      const at = systemClock.now().toISOString();
      audit.event({ type: "key-used", ...use, command: "ccb gateway", sequence: audit.lastEvent() + 1, at });
    }
    audit.head();
  } finally {
    audit.close();
  }
  return uses;
}

import type { RateLimitHoldStore } from "@ccb/core";
import type { Store } from "@ccb/store";
import { textOf } from "./_cost-rows.ts";

/** Keeps the holds of a rate limit in the database of a build, so that a resumed build waits until the same moment. */
export function createRateLimitHoldStore(store: Store): RateLimitHoldStore {
  const upsert = store.database.prepare("INSERT OR REPLACE INTO rate_limit_holds VALUES (?, ?, ?, ?)");
  return {
    load: () =>
      store.database
        .prepare("SELECT * FROM rate_limit_holds")
        .all()
        .map((row) => ({
          upstream: textOf(row.upstream) ?? "",
          model: textOf(row.model_name) ?? "",
          until: textOf(row.until) ?? "",
          reason: textOf(row.reason) ?? "",
        })),
    save({ upstream, model, until, reason }) {
      upsert.run(upstream, model, until, reason);
    },
  };
}

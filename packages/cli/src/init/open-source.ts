import { randomUUID } from "node:crypto";
import type { Upstream } from "@ccb/builder";
import type { ModelSource } from "./read-settings.ts";

/** A server for the model calls, ready; `close` ends what was started for it. */
export interface OpenSource {
  upstream: Upstream;
  close: () => Promise<void>;
}

/** Starts the offline model where it is wanted; any other server is there already. */
export async function openSource(source: ModelSource): Promise<OpenSource> {
  if (source.kind === "offline") {
    const { createOfflineModel } = await import("@ccb/offline");
    const offline = await createOfflineModel();
    // The server takes any key; a random one is no word that the logs would then blank.
    const apiKey = `sk-offline-${randomUUID()}`;
    const keyFrom = { apiKey: "made up for the offline model" };
    return { upstream: { baseUrl: offline.url, apiKey, keyFrom }, close: () => offline.close() };
  }
  const { baseUrl, apiKey, authToken, keyFrom } = source;
  return {
    upstream: {
      baseUrl,
      keyFrom,
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(authToken === undefined ? {} : { authToken }),
    },
    close: async () => {},
  };
}

import type { BuildOptions } from "@ccb/builder";
import type { RunConfig } from "../config/read-config.ts";

/** What the configuration says to the builder. Pure. */
export function renderRunOptions(
  config: RunConfig,
): Pick<BuildOptions, "alerts" | "prices" | "routes" | "logRotation" | "confinement"> {
  const { alerts, prices, routes, logRotation, confinement } = config;
  return {
    ...(alerts === undefined ? {} : { alerts }),
    ...(prices === undefined ? {} : { prices }),
    ...(routes.length === 0 ? {} : { routes }),
    logRotation,
    confinement,
  };
}

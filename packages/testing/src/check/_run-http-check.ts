import type { HttpCheck } from "@ccb/core";
import { withService } from "./_with-service.ts";
import type { CheckPlace, Look } from "./check-kind.ts";

/** Starts the service, sends the requests in order, stops the service, and looks whether its port is free again. */
export function runHttpCheck(check: HttpCheck, place: CheckPlace): Promise<Look> {
  return withService({ service: check.service, requests: check.requests }, { place, use: async () => [] });
}

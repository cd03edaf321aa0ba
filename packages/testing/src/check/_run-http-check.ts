import type { HttpCheck, Observation } from "@ccb/core";
import { type RunningService, startService } from "../process/start-service.ts";
import { failedObservation, type Look } from "./_look.ts";
import { runHttpStep } from "./_run-http-step.ts";
import type { CheckPlace } from "./run-check.ts";

const defaultRequestTimeoutMs = 10_000;

/** Starts the service, sends the requests in order, stops the service, and looks whether its port is free again. */
export async function runHttpCheck(check: HttpCheck, place: CheckPlace): Promise<Look> {
  const { cwd, env, signal, limits } = place;
  const service = await startService({ service: check.service, cwd, env, signal, stopGraceMs: limits?.stopGraceMs });
  let observations: Observation[];
  try {
    observations = await runSteps(check, service, place);
  } finally {
    await service.stop();
  }
  const { portFree } = await service.stop();
  signal?.throwIfAborted();
  observations.push({
    passed: portFree,
    what: "after the service was stopped",
    expected: `port ${service.port} is free`,
    received: portFree ? `port ${service.port} is free` : `something still listens on port ${service.port}`,
  });
  return { observations, output: service.output() };
}

async function runSteps(
  check: HttpCheck,
  service: RunningService,
  { signal, limits }: CheckPlace,
): Promise<Observation[]> {
  const observations: Observation[] = [];
  const variables = new Map<string, unknown>();
  for (const [index, step] of check.requests.entries()) {
    const request = `${step.method} ${step.path}`;
    const place = `${index + 1}. ${step.name ? `${step.name} (${request})` : request}`;
    const timeoutMs = limits?.requestTimeoutMs ?? defaultRequestTimeoutMs;
    const result = await runHttpStep({ step, place, service, variables, timeoutMs, signal });
    signal?.throwIfAborted();
    observations.push(...result.observations);
    const left = check.requests.length - index - 1;
    if (result.isReachable || left === 0) continue;
    observations.push(
      failedObservation(`the ${left} requests after it`, "sent", "not sent, since the service did not answer"),
    );
    break;
  }
  return observations;
}

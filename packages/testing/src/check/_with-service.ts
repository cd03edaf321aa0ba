import type { HttpStep, Observation, ServiceUnderTest } from "@ccb/core";
import type { ReceivedAnswer } from "../process/_send-request.ts";
import { type RunningService, startService } from "../process/start-service.ts";
import { failedObservation } from "./_look.ts";
import { runHttpStep } from "./_run-http-step.ts";
import type { CheckPlace, Look } from "./check-kind.ts";

const defaultRequestTimeoutMs = 10_000;

/** A service that runs, with what its first requests saved. */
export interface ServiceInUse {
  running: RunningService;
  variables: Map<string, unknown>;
  /** Milliseconds for one request. */
  timeoutMs: number;
}

export interface ServiceUse {
  place: CheckPlace;
  /** Looks at the service, once its first requests went as expected. */
  use: (service: ServiceInUse) => Promise<Observation[]>;
  /** Sees each answer to the first requests. */
  onAnswer?: (answer: ReceivedAnswer) => void;
}

/** Starts a service, sends its first requests in order, uses it, stops it, and looks whether its port is free again. */
export async function withService(
  start: { service: ServiceUnderTest; requests?: readonly HttpStep[] | undefined },
  { place, use, onAnswer }: ServiceUse,
): Promise<Look> {
  const { cwd, env, signal, limits, sandbox } = place;
  const running = await startService({
    service: start.service,
    cwd,
    env,
    signal,
    launcher: sandbox?.launcher,
    stopGraceMs: limits?.stopGraceMs,
  });
  const timeoutMs = limits?.requestTimeoutMs ?? defaultRequestTimeoutMs;
  const service: ServiceInUse = { running, variables: new Map(), timeoutMs };
  let observations: Observation[];
  try {
    observations = await sendSteps(start.requests ?? [], service, { signal, onAnswer });
    // What follows stands on what the requests made.
    if (observations.every(({ passed }) => passed)) observations.push(...(await use(service)));
  } finally {
    await running.stop();
  }
  const { portFree } = await running.stop();
  signal?.throwIfAborted();
  observations.push({
    passed: portFree,
    what: "after the service was stopped",
    expected: `port ${running.port} is free`,
    received: portFree ? `port ${running.port} is free` : `something still listens on port ${running.port}`,
  });
  return { observations, output: running.output() };
}

async function sendSteps(
  steps: readonly HttpStep[],
  { running, variables, timeoutMs }: ServiceInUse,
  { signal, onAnswer }: { signal: AbortSignal | undefined; onAnswer: ServiceUse["onAnswer"] },
): Promise<Observation[]> {
  const observations: Observation[] = [];
  for (const [index, step] of steps.entries()) {
    const request = `${step.method} ${step.path}`;
    const place = `${index + 1}. ${step.name ? `${step.name} (${request})` : request}`;
    const result = await runHttpStep({ step, place, service: running, variables, timeoutMs, signal, onAnswer });
    signal?.throwIfAborted();
    observations.push(...result.observations);
    const left = steps.length - index - 1;
    if (result.isReachable || left === 0) continue;
    observations.push(
      failedObservation(`the ${left} requests after it`, "sent", "not sent, since the service did not answer"),
    );
    break;
  }
  return observations;
}

import { CcbError, type InjectionClass, type Observation, type SecurityCheck } from "@ccb/core";
import { type ReceivedAnswer, sendRequest } from "../process/_send-request.ts";
import { fillJson, fillText } from "./_fill-variables.ts";
import { createLeakSearch, type LeakSearch } from "./_find-leaks.ts";
import { findInjectionSign, planInjections, shapeOf } from "./_injection-probes.ts";
import { failedObservation, show } from "./_look.ts";
import { type ServiceInUse, withService } from "./_with-service.ts";
import type { CheckPlace, Look } from "./check-kind.ts";

type Probe = NonNullable<SecurityCheck["probes"]>[number];

/** A visit that tries what an attacker tries first: headers, hostile inputs, and everything that was answered searched for secrets. */
export function runSecurityCheck(check: SecurityCheck, place: CheckPlace): Promise<Look> {
  const env = { ...place.env, ...check.service.env };
  const leaks = createLeakSearch({ env, fields: check.secretFields });
  return withService(
    { service: check.service, requests: check.setup },
    { place, onAnswer: leaks.look, use: (service) => attack(check, { service, leaks, signal: place.signal }) },
  );
}

interface Attack {
  service: ServiceInUse;
  leaks: LeakSearch;
  signal: AbortSignal | undefined;
}

async function attack(check: SecurityCheck, at: Attack): Promise<Observation[]> {
  const paths = check.paths ?? [check.service.readyPath];
  const observations: Observation[] = [];
  for (const path of paths) observations.push(...(await observePage(check, path, at)));
  const markup: string[] = [];
  for (const probe of check.probes ?? []) {
    for (const name of probe.classes ?? (["sql", "path", "html", "command", "template"] as const)) {
      observations.push(await observeProbe(probe, name, { ...at, markup }));
      at.signal?.throwIfAborted();
    }
    observations.push(await observeMalformed(probe, at));
  }
  if (markup.length > 0) for (const path of paths) observations.push(await observeStored(path, markup, at));
  await send({ method: "GET", path: "/ccb-no-such-path" }, "", at);
  const found = at.leaks.found();
  observations.push({
    passed: found.length === 0,
    what: `secrets in ${at.leaks.answers()} answers`,
    expected: "none",
    received: found.length === 0 ? "none" : found.join("; "),
  });
  return observations;
}

async function observePage(check: SecurityCheck, path: string, at: Attack): Promise<Observation[]> {
  const answer = await send({ method: "GET", path }, "", at);
  if ("failure" in answer) return [failedObservation(`GET ${path}`, "an answer", answer.failure)];
  return Object.entries(check.headers ?? {}).map(([name, part]) => {
    const value = answer.headers[name.toLowerCase()];
    const passed = part === null ? value === undefined : (value?.toLowerCase().includes(part.toLowerCase()) ?? false);
    const expected = part === null ? "absent" : `contains ${show(part)}`;
    return {
      passed,
      what: `GET ${path}: header ${name}`,
      expected,
      received: value === undefined ? "absent" : show(value),
    };
  });
}

/** Every hostile input of one class at one place; one observation, with the first sign of success. */
async function observeProbe(
  probe: Probe,
  name: InjectionClass,
  at: Attack & { markup: string[] },
): Promise<Observation> {
  const what = `${name} injection at ${probe.method} ${probe.path}`;
  const expected = "refused or treated as plain text";
  const plan = planInjections(name);
  if (name === "html") at.markup.push(...plan.inputs);
  for (const input of plan.inputs) {
    const sentAt = performance.now();
    const answer = await send(probe, input, at);
    if ("failure" in answer) {
      const ending = at.service.running.ending();
      return failedObservation(
        what,
        expected,
        `${show(input)}: ${answer.failure}${ending ? `; the service ${ending}` : ""}`,
      );
    }
    const sign = findInjectionSign(name, { input, answer, tookMs: performance.now() - sentAt });
    if (sign) return failedObservation(what, expected, `${show(input)}: ${sign}`);
  }
  for (const [left, right] of plan.pairs) {
    const [one, other] = [await send(probe, left, at), await send(probe, right, at)];
    if ("failure" in one || "failure" in other || shapeOf(one) === shapeOf(other)) continue;
    const received = `${show(left)} and ${show(right)} are answered differently (${shapeOf(one)} and ${shapeOf(other)})`;
    return failedObservation(what, expected, received);
  }
  const tries = plan.inputs.length + plan.pairs.length * 2;
  return { passed: true, what, expected, received: `no sign of success in ${tries} tries` };
}

/** A body that is no JSON must be refused, not break the service. */
async function observeMalformed(probe: Probe, at: Attack): Promise<Observation> {
  const what = `broken input at ${probe.method} ${probe.path}`;
  const request =
    probe.body === undefined
      ? { ...probe, path: probe.path.replaceAll(/\{\{\s*probe\s*\}\}/g, "%00%ff%zz") }
      : { ...probe, body: '{"broken":', headers: { ...probe.headers, "content-type": "application/json" } };
  const answer = await send(request, "x", at);
  const expected = "a status below 500";
  if ("failure" in answer) return failedObservation(what, expected, answer.failure);
  return { passed: answer.status < 500, what, expected, received: `status ${answer.status}` };
}

/** Markup that was sent before must not come back as markup. */
async function observeStored(path: string, markup: readonly string[], at: Attack): Promise<Observation> {
  const what = `markup kept and shown at GET ${path}`;
  const answer = await send({ method: "GET", path }, "", at);
  if ("failure" in answer) return failedObservation(what, "an answer", answer.failure);
  const isPage = answer.headers["content-type"]?.includes("html") ?? false;
  const shown = isPage ? markup.find((input) => answer.text.includes(input)) : undefined;
  return {
    passed: shown === undefined,
    what,
    expected: "escaped",
    received: shown === undefined ? "not found" : show(shown),
  };
}

type ProbeRequest = Pick<Probe, "method" | "path"> & Partial<Pick<Probe, "headers" | "body">>;

async function send(
  request: ProbeRequest,
  input: string,
  { service, leaks, signal }: Attack,
): Promise<ReceivedAnswer | { failure: string }> {
  const variables = new Map<string, unknown>([...service.variables, ["probe", input]]);
  // Dots and slashes of a hostile path go out as they are; a client that means well would have tidied them.
  const encode = (value: string) => (value.includes("..") || value.includes("%") ? value : encodeURIComponent(value));
  const path = fillText(request.path, variables, encode);
  const headers = fillJson(request.headers ?? {}, variables);
  const body = fillJson(request.body, variables);
  for (const part of [path, headers, body]) {
    if ("missing" in part) {
      const message = `The probe ${request.method} ${request.path} uses {{${part.missing}}}, which nothing saves.`;
      throw new CcbError({ code: "bad-input", message });
    }
  }
  const filled = "value" in headers ? (headers.value as Record<string, string>) : {};
  const value = "value" in body ? body.value : undefined;
  const isRaw = typeof value === "string" && filled["content-type"] !== undefined;
  const text = value === undefined ? undefined : isRaw ? value : JSON.stringify(value);
  const { host, port } = service.running;
  const answer = await sendRequest({
    host,
    port,
    method: request.method,
    path: "value" in path ? path.value : request.path,
    headers: { ...(text === undefined ? {} : { "content-type": "application/json" }), ...headerSafe(filled) },
    body: text,
    timeoutMs: service.timeoutMs,
    signal,
  });
  signal?.throwIfAborted();
  if (!("failure" in answer)) leaks.look(answer);
  return answer;
}

/** Node refuses to send line ends in headers, and so would every client; they are left out. */
function headerSafe(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value).replaceAll(/[^\x20-\x7e]/g, "")]),
  );
}

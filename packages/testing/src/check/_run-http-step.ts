import type { HttpStep, JsonAssertion, Observation } from "@ccb/core";
import { maxAnswerBytes, type ReceivedAnswer, sendRequest } from "../process/_send-request.ts";
import type { RunningService } from "../process/start-service.ts";
import { assertJson, readJsonPath } from "./_assert-json.ts";
import { fillJson, fillText, type Variables } from "./_fill-variables.ts";
import { cut, failedObservation, show } from "./_look.ts";

export interface HttpStepOptions {
  step: HttpStep;
  /** How observations name the step. */
  place: string;
  service: RunningService;
  variables: Map<string, unknown>;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  onAnswer?: ((answer: ReceivedAnswer) => void) | undefined;
}

export interface HttpStepResult {
  observations: Observation[];
  /** False when the transport failed, so that the next request would fail in the same way. */
  isReachable: boolean;
}

interface FilledStep {
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
  json: JsonAssertion[];
}

/** Sends one request, looks at the answer, and saves what later requests need. */
export async function runHttpStep(options: HttpStepOptions): Promise<HttpStepResult> {
  const { step, place, service, variables, timeoutMs, signal } = options;
  const filled = fillStep(step, variables);
  if ("missing" in filled) {
    const received = `nothing saved as "${filled.missing}" by an earlier request`;
    return { observations: [failedObservation(place, "a value for every placeholder", received)], isReachable: true };
  }
  const { host, port } = service;
  const { json, ...request } = filled.value;
  const answer = await sendRequest({ host, port, method: step.method, ...request, timeoutMs, signal });
  if ("failure" in answer) {
    const ending = service.ending();
    const received = ending ? `${answer.failure}; the service ${ending}` : answer.failure;
    return { observations: [failedObservation(place, "an answer", received)], isReachable: false };
  }
  options.onAnswer?.(answer);
  const observations = [observeStatus(step, answer, place), ...observeHeaders(step, answer, place)];
  if (json.length > 0 || Object.keys(step.save ?? {}).length > 0) {
    observations.push(...observeBody({ step, json, answer, place, variables }));
  }
  return { observations, isReachable: true };
}

function fillStep(step: HttpStep, variables: Variables): { value: FilledStep } | { missing: string } {
  const path = fillText(step.path, variables, encodeURIComponent);
  if ("missing" in path) return path;
  const headers = fillJson(step.headers ?? {}, variables);
  if ("missing" in headers) return headers;
  const body = fillJson(step.body, variables);
  if ("missing" in body) return body;
  const json = fillJson(step.expect.json ?? [], variables);
  if ("missing" in json) return json;
  const named = lowerCaseNames(headers.value as Record<string, unknown>);
  return {
    value: {
      path: path.value,
      ...renderBody(named, body.value),
      json: json.value as JsonAssertion[],
    },
  };
}

function lowerCaseNames(headers: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      typeof value === "string" ? value : (JSON.stringify(value) ?? ""),
    ]),
  );
}

/** A body goes out as JSON. A string whose content type the step names itself goes out as it is, so that broken JSON can be sent too. */
function renderBody(
  headers: Record<string, string>,
  body: unknown,
): { headers: Record<string, string>; body: string | undefined } {
  if (body === undefined) return { headers, body: undefined };
  if (headers["content-type"] === undefined) {
    return { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
  }
  return { headers, body: typeof body === "string" ? body : JSON.stringify(body) };
}

function observeStatus({ expect }: HttpStep, answer: ReceivedAnswer, place: string): Observation {
  const wanted = Array.isArray(expect.status) ? expect.status : [expect.status];
  const passed = wanted.includes(answer.status);
  const body = passed || answer.text === "" ? "" : ` with body ${cut(answer.text)}`;
  return { passed, what: `${place}: status`, expected: wanted.join(" or "), received: `${answer.status}${body}` };
}

function observeHeaders({ expect }: HttpStep, answer: ReceivedAnswer, place: string): Observation[] {
  return Object.entries(expect.headers ?? {}).map(([name, part]) => {
    const value = answer.headers[name.toLowerCase()];
    return {
      passed: value?.toLowerCase().includes(part.toLowerCase()) ?? false,
      what: `${place}: header ${name}`,
      expected: `contains ${show(part)}`,
      received: value === undefined ? "absent" : show(value),
    };
  });
}

interface BodyLook {
  step: HttpStep;
  json: JsonAssertion[];
  answer: ReceivedAnswer;
  place: string;
  variables: Map<string, unknown>;
}

function observeBody({ step, json, answer, place, variables }: BodyLook): Observation[] {
  const parsed = parseBody(answer);
  if ("problem" in parsed) return [failedObservation(`${place}: body`, "JSON", parsed.problem)];
  const observations = json.map((assertion) => assertJson(parsed.document, assertion, place));
  for (const [name, path] of Object.entries(step.save ?? {})) {
    const lookup = readJsonPath(parsed.document, path);
    if (lookup.found) variables.set(name, lookup.value);
    else {
      const received = `absent in ${show(parsed.document)}`;
      observations.push(failedObservation(`${place}: save ${name}`, `a value at ${path}`, received));
    }
  }
  return observations;
}

function parseBody(answer: ReceivedAnswer): { document: unknown } | { problem: string } {
  if (answer.isCut) return { problem: `more than ${maxAnswerBytes} bytes` };
  if (answer.text === "") return { problem: "an empty body" };
  try {
    return { document: JSON.parse(answer.text) as unknown };
  } catch {
    return { problem: `${answer.headers["content-type"] ?? "no content type"}: ${cut(answer.text)}` };
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import type { BrowserCheck, BrowserStep, Observation } from "@ccb/core";
import type { Locator, Page } from "playwright-core";
import { failedObservation, show } from "./_look.ts";
import { openPage } from "./_open-page.ts";
import { type ServiceInUse, withService } from "./_with-service.ts";
import type { CheckPlace, Look } from "./check-kind.ts";

const defaultStepTimeoutMs = 5_000;
const pollMs = 50;

/** Uses the service's pages step by step in a fresh browser; a step that fails ends the visit. */
export function runBrowserCheck(check: BrowserCheck, place: CheckPlace): Promise<Look> {
  return withService(
    { service: check.service, requests: check.requests },
    { place, use: (service) => visit(check, place, service) },
  );
}

async function visit(check: BrowserCheck, place: CheckPlace, { running }: ServiceInUse): Promise<Observation[]> {
  const opened = await openPage({ origin: running.url, chromium: place.limits?.chromium, signal: place.signal });
  try {
    const observations: Observation[] = [];
    const timeoutMs = check.stepTimeoutMs ?? defaultStepTimeoutMs;
    for (const [index, step] of check.steps.entries()) {
      const seen = await runStep(step, { page: opened.page, origin: running.url, timeoutMs, index });
      place.signal?.throwIfAborted();
      observations.push(...seen);
      if (seen.every(({ passed }) => passed)) continue;
      const left = check.steps.length - index - 1;
      if (left > 0) observations.push(failedObservation(`the ${left} steps after it`, "done", "not done"));
      break;
    }
    if (!check.allowPageErrors) {
      const [first] = opened.errors;
      const received = first === undefined ? "none" : `${opened.errors.length}, first: ${first}`;
      observations.push({ passed: first === undefined, what: "errors of the pages", expected: "none", received });
    }
    return observations;
  } finally {
    await opened.close();
  }
}

interface StepPlace {
  page: Page;
  origin: string;
  timeoutMs: number;
  index: number;
}

async function runStep(step: BrowserStep, place: StepPlace): Promise<Observation[]> {
  const what = `${place.index + 1}. ${describe(step)}`;
  try {
    if (step.do === "see") return await see(step, place, what);
    const received = await act(step, place);
    return [{ passed: true, what, expected: "done", received }];
  } catch (error) {
    const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return [failedObservation(what, "done", `${message}; the page shows ${await showPage(place.page)}`)];
  }
}

async function act(step: Exclude<BrowserStep, { do: "see" }>, { page, origin, timeoutMs }: StepPlace): Promise<string> {
  const timeout = timeoutMs;
  switch (step.do) {
    case "open": {
      const answer = await page.goto(new URL(step.path, origin).href, { timeout, waitUntil: "load" });
      const status = answer?.status() ?? 0;
      if (status >= 400) throw new Error(`status ${status}`);
      return `status ${status}`;
    }
    case "reload":
      await page.reload({ timeout, waitUntil: "load" });
      return "done";
    case "click":
      await locate(page, step.target).click({ timeout });
      return "done";
    case "fill":
      await locate(page, step.target).fill(step.value, { timeout });
      return "done";
    case "select":
      await locate(page, step.target).selectOption(step.value, { timeout });
      return "done";
    case "press":
      await locate(page, step.target).press(step.key, { timeout });
      return "done";
  }
}

type SeeStep = Extract<BrowserStep, { do: "see" }>;

/** Looks until everything is as expected, or the step's time is over. */
async function see(step: SeeStep, place: StepPlace, what: string): Promise<Observation[]> {
  const deadline = performance.now() + place.timeoutMs;
  for (;;) {
    const observations = await look(step, place, what);
    if (observations.every(({ passed }) => passed) || performance.now() >= deadline) return observations;
    await sleep(pollMs);
  }
}

async function look(step: SeeStep, { page, origin }: StepPlace, what: string): Promise<Observation[]> {
  const target = step.target === undefined ? undefined : locate(page, step.target);
  const found = target ? await target.count() : undefined;
  const observations: Observation[] = [];
  const add = (part: string, check: { passed: boolean; expected: string; received: string }) =>
    observations.push({ what: `${what}: ${part}`, ...check });
  if (found !== undefined) {
    const passed = step.count === undefined ? found > 0 : found === step.count;
    add("elements", {
      passed,
      expected: step.count === undefined ? "at least 1" : String(step.count),
      received: String(found),
    });
  }
  if (step.text !== undefined) {
    const texts = target ? await target.allInnerTexts() : [await pageText(page)];
    const passed = texts.some((text) => text.includes(step.text ?? ""));
    add("text", { passed, expected: `contains ${show(step.text)}`, received: show(target ? texts : texts[0]) });
  }
  if (step.value !== undefined) {
    const value =
      target && found === 1 ? await target.inputValue({ timeout: 1_000 }).catch(() => undefined) : undefined;
    add("value", { passed: value === step.value, expected: show(step.value), received: show(value) });
  }
  if (step.title !== undefined) {
    const title = await page.title();
    add("title", {
      passed: title.includes(step.title),
      expected: `contains ${show(step.title)}`,
      received: show(title),
    });
  }
  if (step.url !== undefined) {
    const url = page.url().replace(origin, "");
    add("address", { passed: url.includes(step.url), expected: `contains ${show(step.url)}`, received: show(url) });
  }
  if (observations.length > 0) return observations;
  return [failedObservation(what, "something to look for", "a step that names nothing")];
}

function locate(page: Page, target: string): Locator {
  const [, engine, rest = ""] = /^(label|placeholder)=(.+)$/s.exec(target) ?? [];
  if (engine === "label") return page.getByLabel(rest);
  if (engine === "placeholder") return page.getByPlaceholder(rest);
  return page.locator(target);
}

function describe(step: BrowserStep): string {
  const { do: verb, ...rest } = step;
  return `${verb} ${Object.values(rest).map(String).join(" ")}`.trim();
}

async function showPage(page: Page): Promise<string> {
  return show(await pageText(page));
}

async function pageText(page: Page): Promise<string> {
  const texts = await page
    .locator("body")
    .allInnerTexts()
    .catch(() => []); // a page that is being left has none
  return texts.join("\n");
}

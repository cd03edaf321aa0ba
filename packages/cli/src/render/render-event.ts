import { relative } from "node:path";
import { type BuildEvent, offlineModelId } from "@ccb/core";
import type { Painter } from "./_painter.ts";
import type { BuildView } from "./build-view.ts";
import { formatCount, formatDuration, formatPlural, formatUsd } from "./format.ts";

export interface RenderEventOptions {
  paint: Painter;
  view: BuildView;
  /** 0 quiet, 1 normal, 2 session activity, 3 every model call. */
  verbosity: number;
  cwd: string;
}

/** The line an event is worth, or undefined. Pure. */
export function renderEvent(event: BuildEvent, options: RenderEventOptions): string | undefined {
  if (event.type === "warning") return `  ${options.paint.warn("!")} ${event.message}`;
  if (event.type === "alert-raised") return `  ${options.paint.warn("! alert")} ${event.message}`;
  if (options.verbosity === 0) return undefined;
  return renderMilestone(event, options) ?? renderDetail(event, options);
}

function renderMilestone(event: BuildEvent, { paint, view, cwd }: RenderEventOptions): string | undefined {
  const good = paint.good("✓");
  switch (event.type) {
    case "build-start": {
      const where = relative(cwd, event.directory) || ".";
      return `${paint.strong(event.project)} ${paint.dim(`· ${describeModel(event.model)} · ${where}${event.resumed ? " · resumed" : ""}`)}\n`;
    }
    case "confinement-chosen":
      return `  ${event.isLack ? paint.warn("!") : paint.dim("·")} ${"sessions".padEnd(13)} ${event.reason}`;
    case "stage-end":
      if (event.stage === "summary") return undefined;
      return `  ${good} ${event.stage.padEnd(13)} ${event.summary}${event.reused ? paint.dim(" (reused)") : ""}`;
    case "forecast-made":
      return `  ${paint.dim("≈")} ${"forecast".padEnd(13)} ${formatUsd(event.expectedMicroUsd)} ${paint.dim(`(${formatUsd(event.lowMicroUsd)} to ${formatUsd(event.highMicroUsd)})`)}, ${formatPlural(event.calls, "call")}, ${formatCount(event.tokens)} tokens${event.basis === "specification" ? paint.dim(", by the size of the specification") : ""}`;
    case "phase-start":
      return `\n${paint.strong(`Phase ${view.phase?.number ?? 1}: ${event.name}`)} ${paint.dim(`(${formatPlural(event.tasks, "task")})`)}`;
    case "task-end": {
      if (event.outcome === "reused")
        return `  ${good} ${event.task.padEnd(24)} ${paint.dim("finished in an earlier run")}`;
      if (event.outcome === "failed") return `  ${paint.bad("✗")} ${event.task.padEnd(24)} ${event.reason}`;
      const commit = event.commit ? paint.dim(event.commit.slice(0, 7)) : "";
      return `  ${good} ${event.task.padEnd(24)} ${formatPlural(event.files, "file").padEnd(9)} ${formatDuration(event.durationMs).padEnd(8)} ${commit}`;
    }
    case "merge-refused": {
      const { task, cause, files, criteria } = event;
      const what =
        cause === "conflict" ? `conflict in ${files.join(", ")}` : `${criteria.join(", ")} failed on the merged files`;
      return `  ${paint.warn("!")} ${task}: back from the merge, ${what}`;
    }
    case "gate-judged":
      return renderGate(event, paint);
    case "production-judged":
      return renderProduction(event, paint);
    case "criterion-checked":
      return event.passed
        ? undefined
        : `  ${paint.bad("✗")} ${event.criterion}: ${event.description}\n      ${event.summary}`;
    case "phase-end": {
      const mark = event.passed ? good : paint.bad("✗");
      const verdict = event.passed ? "accepted" : "not accepted";
      return `  ${mark} ${verdict.padEnd(24)} ${event.criteriaPassed}/${event.criteriaTotal} criteria ${paint.dim(formatDuration(event.durationMs))}`;
    }
    case "mcp-unavailable":
      return `  ${paint.warn("!")} MCP server ${event.server} is unavailable: ${event.reason}`;
    case "tests-generated":
      return renderTests(event, paint);
    case "packages-checked":
      return renderPackages(event, paint);
    case "mcp-violated": {
      const { task, point, refusal } = event;
      const servers = event.servers.join(" and ");
      const what = {
        refused: `told to use ${servers} at ${point} (${refusal})`,
        noticed: `changed files without ${servers} at ${point}, and was told (${refusal})`,
        "given-up": `did not use ${servers} at ${point}, though told ${refusal - 1} times`,
      }[event.outcome ?? "refused"];
      return `  ${paint.warn("!")} ${task}: ${what}`;
    }
    case "alert-cleared":
      return `  ${paint.dim(`alert over: ${event.message}`)}`;
    case "call-refused":
      return `  ${paint.bad("✗")} a model call was refused: ${event.reason}`;
    default:
      return undefined;
  }
}

function renderGate(event: Extract<BuildEvent, { type: "gate-judged" }>, paint: Painter): string | undefined {
  const { outcome, task, findings, noted, waived } = event;
  const lines = [
    ...findings.map(
      ({ path, line, rule, reason, codeHash }) => `${path}:${line} ${rule}: ${reason} ${paint.dim(`[${codeHash}]`)}`,
    ),
    ...noted.map(({ path, line, reason }) => paint.dim(`${path}:${line} ${reason}`)),
    ...waived.map(({ path, line, rule, signedBy }) => paint.dim(`${path}:${line} ${rule}, signed by ${signedBy}`)),
  ];
  if (lines.length === 0) return undefined;
  const head = {
    clean: `${paint.good("✓")} ${task}: the gate let it through`,
    mend: `${paint.warn("!")} ${task}: the gate sent it back (${formatPlural(findings.length, "finding")})`,
    refused: `${paint.bad("✗")} ${task}: the gate refused it (${formatPlural(findings.length, "finding")})`,
  }[outcome];
  return [`  ${head}`, ...lines.map((line) => `      ${line}`)].join("\n");
}

function renderProduction(
  event: Extract<BuildEvent, { type: "production-judged" }>,
  paint: Painter,
): string | undefined {
  const findings = event.areas.flatMap((area) => area.findings);
  if (findings.length === 0) return undefined;
  const mark = event.outcome === "left" ? paint.bad("✗") : paint.warn("!");
  const head = `  ${mark} ${formatPlural(findings.length, "finding")} against production${event.outcome === "left" ? "" : "; a session is to mend them"}`;
  const lines = findings.map(({ area, path, line, reason }) => {
    const place = path === undefined ? "" : ` ${path}${line === undefined ? "" : `:${line}`}`;
    return `      ${area}${place}: ${reason}`;
  });
  return [head, ...lines].join("\n");
}

function describeModel(model: string): string {
  return model === offlineModelId ? `${model} (rules on this machine, not a language model)` : model;
}

function renderDetail(event: BuildEvent, { paint, verbosity }: RenderEventOptions): string | undefined {
  if (event.type === "task-start")
    return event.attempt > 1 || verbosity >= 2
      ? paint.dim(`  ▸ ${event.task} (attempt ${event.attempt}): ${event.name}`)
      : undefined;
  if (verbosity < 2) return undefined;
  if (event.type === "task-progress") return paint.dim(`      ${event.message}`);
  if (event.type === "criterion-checked") return paint.dim(`      ✓ ${event.criterion}: ${event.description}`);
  if (verbosity >= 3 && event.type === "call-end") {
    const { usage } = event;
    const tokens = `${formatCount(usage.inputTokens + usage.cacheReadTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens)} in, ${formatCount(usage.outputTokens)} out`;
    const cost = event.costMicroUsd === undefined ? "price unknown" : formatUsd(event.costMicroUsd);
    return paint.dim(
      `      ↔ ${event.scope.agent} ${event.model} ${event.outcome} ${tokens}, ${cost}, ${formatDuration(event.latencyMs)}`,
    );
  }
  return undefined;
}

function renderTests(event: Extract<BuildEvent, { type: "tests-generated" }>, paint: Painter): string {
  const { source, path, proven, refused, left } = event;
  const head =
    path === undefined
      ? `  ${paint.warn("!")} ${source}: no generated test was kept`
      : `  ${paint.good("✓")} ${path}: tests for ${proven.join(", ")} in ${source}`;
  const lines = [
    ...refused.map(({ target, reason, why }) => `${target}: ${reason}: ${why.trim().split("\n").at(-1)}`),
    ...[...Map.groupBy(left, ({ why }) => why)].map(([why, rows]) =>
      paint.dim(`${rows.map(({ target }) => target).join(", ")}: not tested: ${why}`),
    ),
  ];
  return [head, ...lines.map((line) => `      ${line}`)].join("\n");
}

function renderPackages(event: Extract<BuildEvent, { type: "packages-checked" }>, paint: Painter): string {
  const { packages, found, notChecked } = event;
  const counted = formatPlural(packages, "package");
  if (notChecked !== undefined) return `  ${paint.warn("!")} ${counted} not checked for vulnerabilities: ${notChecked}`;
  if (found.length === 0) return `  ${paint.good("✓")} no known vulnerability in ${counted}`;
  const rows = found.slice(0, 10).map(({ name, version, id, severity, fixedIn }) => {
    const fixed = fixedIn === undefined ? "no fix is known" : `fixed in ${fixedIn}`;
    return `      ${name} ${version}: ${id} (${severity}, ${fixed})`;
  });
  const more = found.length > rows.length ? [`      and ${found.length - rows.length} more: ccb vulnerabilities`] : [];
  const known = found.length === 1 ? "1 known vulnerability" : `${found.length} known vulnerabilities`;
  return [`  ${paint.bad("✗")} ${known} in ${counted}`, ...rows, ...more].join("\n");
}

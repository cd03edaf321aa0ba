import { type AcceptanceReport, explainRow, groupByPhase, type ReportRow } from "./acceptance-report.ts";
import type { BuildTrace, TraceRow } from "./build-trace.ts";
import { describeCode } from "./code-report.ts";
import { describePlace, describeTotals, listCodeFindings } from "./render-acceptance-markdown.ts";

const style = `
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; --open: #8250df; --soft: #8882; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #ff7b72; --open: #d2a8ff; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1.5rem; }
h1 { margin: 0 0 .25rem; } h2 { margin: 2rem 0 .5rem; } .soft { opacity: .75; }
.totals { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; padding: 0; list-style: none; }
.totals li { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem 1rem; } .totals b { display: block; font-size: 1.5rem; }
table { border-collapse: collapse; width: 100%; } td, th { border-bottom: 1px solid var(--line); padding: .4rem .6rem; text-align: left; vertical-align: top; }
td:nth-child(4), td:first-child { overflow-wrap: anywhere; } td:nth-child(3), td:nth-child(5) { white-space: nowrap; } code, pre { font: 13px/1.45 ui-monospace, monospace; } pre { background: var(--soft); border-radius: .4rem; overflow: auto; padding: .6rem; max-height: 20rem; }
.state { font-weight: 600; white-space: nowrap; } .passed, .verified { color: var(--good); } .failed, .not-built { color: var(--bad); } .not-run, .not-checkable, .unverified, .waived { color: var(--open); }
details summary { cursor: pointer; } ul.seen { margin: .4rem 0; padding-left: 1.2rem; }
`;

const words = { passed: "passed", failed: "failed", "not-run": "not run", "not-checkable": "cannot be checked" };

/** The report as one HTML page that loads nothing: totals, criteria by phase with everything that was seen, and what became of each requirement. Pure. */
export function renderAcceptanceHtml(report: AcceptanceReport, trace: BuildTrace): string {
  const title = `Acceptance of ${report.project}`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(describeTotals(report))}</p>
<p class="soft">${escapeHtml(describePlace(report))}</p>
<ul class="totals">${renderTotals(report, trace)}</ul>
${groupByPhase(report.rows).map(renderPhase).join("\n")}
${renderCode(report)}<h2>Requirements</h2>
<table><thead><tr><th>requirement</th><th></th><th>tasks and commits</th><th>criteria</th></tr></thead><tbody>
${trace.rows.map(renderRequirement).join("\n")}
</tbody></table>
</body>
</html>
`;
}

function renderCode({ code }: AcceptanceReport): string {
  const sentence = describeCode(code);
  if (sentence === undefined) return "";
  const rows = listCodeFindings(code).map(
    ({ state, place, text }) =>
      `<tr><td>${escapeHtml(state)}</td><td><code>${escapeHtml(place.replaceAll("`", ""))}</code></td><td>${escapeHtml(text)}</td></tr>`,
  );
  const table = rows.length === 0 ? "" : `<table><tbody>\n${rows.join("\n")}\n</tbody></table>`;
  return `<h2>The code</h2>\n<p>${escapeHtml(sentence)}</p>${table}\n`;
}

function renderTotals({ totals }: AcceptanceReport, trace: BuildTrace): string {
  const figures: [name: string, value: string][] = [
    ["passed", `${totals.passed} / ${totals.criteria}`],
    ["failed", String(totals.failed)],
    ["not run", String(totals["not-run"])],
    ["cannot be checked", String(totals["not-checkable"])],
    ["prove nothing", String(totals.provesNothing)],
    ["requirements verified", `${trace.totals.verified} / ${trace.totals.requirements}`],
  ];
  return figures.map(([name, value]) => `<li><b>${value}</b>${name}</li>`).join("");
}

function renderPhase([phase, rows]: [string, ReportRow[]]): string {
  const head = "<thead><tr><th>criterion</th><th></th><th>check</th><th>what was seen</th><th>time</th></tr></thead>";
  return `<h2>Phase ${escapeHtml(phase)}</h2>\n<table>${head}<tbody>\n${rows.map(renderRow).join("\n")}\n</tbody></table>`;
}

function renderRow(row: ReportRow): string {
  const { criterion, status, evidence, provesNothing } = row;
  const state = `<span class="state ${status}">${words[status]}</span>${provesNothing ? "<br><span class=soft>before its phase too</span>" : ""}`;
  const cells = [
    `<code>${escapeHtml(criterion.id)}</code><br>${escapeHtml(criterion.description)}`,
    state,
    escapeHtml(evidence?.checkKind ?? criterion.check?.kind ?? "none"),
    evidence ? renderSeen(row) : escapeHtml(explainRow(row)),
    evidence ? `${evidence.durationMs} ms` : "",
  ];
  return `<tr id="${escapeHtml(criterion.id)}">${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function renderSeen(row: ReportRow): string {
  const { evidence, status } = row;
  const items = (evidence?.observations ?? []).map(
    ({ passed, what, expected, received }) =>
      `<li><span class="${passed ? "passed" : "failed"}">${passed ? "✓" : "✗"}</span> ${escapeHtml(what)}: expected ${escapeHtml(expected)}, received ${escapeHtml(received)}</li>`,
  );
  const output = evidence?.output.trim() ?? "";
  return `<details${status === "failed" ? " open" : ""}><summary>${escapeHtml(explainRow(row))}</summary><ul class="seen">${items.join("")}</ul>${
    output === "" ? "" : `<pre>${escapeHtml(output)}</pre>`
  }<p class="soft">${escapeHtml(evidence?.startedAt ?? "")}, commit ${escapeHtml(evidence?.commit ?? "none")}, evidence <code>${escapeHtml(evidence?.id?.slice(0, 12) ?? "without id")}</code></p></details>`;
}

function renderRequirement({ requirement, status, waiver, tasks, criteria }: TraceRow): string {
  const made = tasks.map(
    ({ id, commit }) => `${escapeHtml(id)} <code>${escapeHtml(commit?.slice(0, 10) ?? "not done")}</code>`,
  );
  const checked = criteria.map(({ id }) => `<a href="#${escapeHtml(id)}">${escapeHtml(id)}</a>`);
  const reason = waiver === undefined ? "" : `<br><span class="soft">${escapeHtml(waiver)}</span>`;
  return `<tr><td><code>${escapeHtml(requirement.id)}</code> ${escapeHtml(requirement.text)}</td><td><span class="state ${status}">${status}</span>${reason}</td><td>${made.join("<br>")}</td><td>${checked.join("<br>")}</td></tr>`;
}

function escapeHtml(text: string): string {
  const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replaceAll(/[&<>"']/g, (sign) => signs[sign] ?? sign);
}

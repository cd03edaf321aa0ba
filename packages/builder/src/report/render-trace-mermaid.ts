import type { BuildTrace, TraceRow } from "./build-trace.ts";

/** The trace as a Mermaid flowchart: requirement → task → commit, and requirement → criterion → evidence. Pure. */
export function renderTraceMermaid(trace: BuildTrace): string {
  const lines = new Set<string>(["flowchart LR"]);
  for (const row of trace.rows) for (const line of renderRow(row)) lines.add(line);
  const classes = [
    "classDef good stroke:#1a7f37",
    "classDef bad stroke:#cf222e,stroke-width:2px",
    "classDef open stroke:#8250df,stroke-dasharray:4",
  ];
  return `${[...lines, ...classes].join("\n  ")}\n`;
}

const classes: Record<TraceRow["status"], string> = {
  verified: "good",
  failed: "bad",
  "not-built": "bad",
  unverified: "open",
  waived: "open",
};

function renderRow({ requirement, status, waiver, tasks, criteria }: TraceRow): string[] {
  const from = node("r", requirement.id);
  const text = requirement.text.length > 60 ? `${requirement.text.slice(0, 57)}...` : requirement.text;
  const lines = [`${from}["${label(`${requirement.id}: ${text}`)}"]:::${classes[status]}`];
  if (waiver !== undefined) lines.push(`${from} -.-> w_${from}["waived: ${label(waiver)}"]:::open`);
  for (const { id, commit, gate } of tasks) {
    const task = node("t", id);
    lines.push(`${from} --> ${task}("${label(id)}")`);
    lines.push(
      commit
        ? `${task} --> ${node("g", commit.slice(0, 10))}[["${commit.slice(0, 10)}"]]`
        : `${task} -.-> ${task}_open["${gate?.outcome === "refused" ? "refused by the gate" : "not committed"}"]:::bad`,
    );
  }
  for (const { id, passed } of criteria) {
    const criterion = node("c", id);
    lines.push(`${from} --> ${criterion}{{"${label(id)}"}}`);
    const [name, look] =
      passed === undefined ? ["no evidence", "open"] : passed ? ["passed", "good"] : ["failed", "bad"];
    lines.push(`${criterion} --> ${criterion}_seen["${name}"]:::${look}`);
  }
  return lines;
}

/** A name that Mermaid takes; two ids never share one. */
function node(prefix: string, id: string): string {
  return `${prefix}_${id.replaceAll(/[^A-Za-z0-9]/g, (sign) => `_${sign.charCodeAt(0)}_`)}`;
}

function label(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll('"', "#quot;").trim();
}

import { relative } from "node:path";
import { outsideComparison, type ReplayResult } from "@ccb/builder";
import { renderDivergence } from "@ccb/gateway";
import type { Painter } from "../render/_painter.ts";
import { formatCount, formatPlural } from "../render/format.ts";

const mostDivergences = 5;
const mostFiles = 20;

/** What a replay came to, as text for people. Pure. */
export function renderReplay(result: ReplayResult, options: { paint: Painter; cwd: string }): string {
  const { paint, cwd } = options;
  const { tree, calls } = result;
  const shown = (path: string) => relative(cwd, path) || ".";
  const passedOver = calls.passedOver > 0 ? `, ${formatPlural(calls.passedOver, "failed try")} not repeated` : "";
  const rows = [
    [
      "Recorded",
      `${shown(result.directory)}, ${formatPlural(result.runs, "run")}, ended ${nameEnd(result.recordedOutcome)}`,
    ],
    ["Replayed", `${shown(result.into)}, ended ${nameEnd(result.outcome)}${result.same ? "" : `: ${result.reason}`}`],
    ["Calls", `${formatCount(calls.answered)} answered from the recording, 0 sent to a model${passedOver}`],
    ...(calls.questions === 0
      ? []
      : [
          [
            "Looked up",
            `${formatPlural(calls.questions, "answer")} to CCB itself (MCP servers, databases) from the recording, nobody asked`,
          ],
        ]),
    ["Divergences", formatCount(result.divergences.length)],
    ["Tree", describeTree(tree)],
  ];
  return [
    nameResult(result, paint),
    "",
    ...rows.map(([name = "", value = ""]) => `  ${paint.dim(name.padEnd(12))} ${value}`),
    ...describeDivergences(result, { paint, shown }),
    ...describeFiles(result),
    ...(tree ? ["", "  Not compared:"] : []),
    ...(tree ? outsideComparison.map(({ what, why }) => paint.dim(`    ${what}: ${why}`)) : []),
  ].join("\n");
}

function nameResult(result: ReplayResult, paint: Painter): string {
  if (result.same) return `${paint.good("Same")}: the build came out as it was recorded, without a key.`;
  if (result.divergences.length > 0) {
    const cause = result.tree?.same ? ", although the tree came out the same" : "";
    return `${paint.bad("Diverged")}: the build did not make the calls that were recorded${cause}.`;
  }
  const what = result.tree?.same ? "ended in another way" : "came out as another tree from the same calls";
  return `${paint.bad("Different")}: the build ${what}.`;
}

function nameEnd(outcome: string | undefined): string {
  return outcome === undefined ? "when it was killed" : `"${outcome}"`;
}

function describeTree(tree: ReplayResult["tree"]): string {
  if (!tree) return "not compared: the replay ended at the first divergence (--keep-going goes on)";
  const files = formatPlural(tree.files, "file");
  if (tree.same) return `${tree.recordedTree.slice(0, 12)} in both, ${files}`;
  return `${tree.recordedTree.slice(0, 12)} then, ${tree.replayedTree.slice(0, 12)} now; ${formatCount(tree.differing.length)} of ${files} differ`;
}

function describeDivergences(
  { divergences }: ReplayResult,
  { paint, shown }: { paint: Painter; shown: (path: string) => string },
): string[] {
  const listed = divergences
    .slice(0, mostDivergences)
    .flatMap((divergence, index) => [
      "",
      `  ${index === 0 ? paint.strong("First divergence: ") : ""}${renderDivergence(divergence)}`,
      ...(divergence.diff?.split("\n") ?? []).map((line) => `    ${colorDiff(line, paint)}`),
      ...((divergence.places ?? 0) > 1
        ? [paint.dim(`    (the first of ${divergence.places} places that differ)`)]
        : []),
      ...(divergence.expected
        ? [paint.dim(`    recorded in ${shown(divergence.expected.file)} (look at it with: gunzip -c)`)]
        : []),
    ]);
  const more = divergences.length - mostDivergences;
  return more > 0 ? [...listed, "", `  and ${formatPlural(more, "divergence")} more (--json lists all)`] : listed;
}

function colorDiff(line: string, paint: Painter): string {
  if (line.startsWith("@@")) return paint.accent(line);
  if (line.startsWith("-")) return paint.bad(line);
  return line.startsWith("+") ? paint.good(line) : line;
}

function describeFiles({ tree, directory, into }: ReplayResult): string[] {
  if (!tree || tree.differing.length === 0) return [];
  const listed = tree.differing.slice(0, mostFiles).map(({ path, change }) => `    ${change.padEnd(8)} ${path}`);
  const more = tree.differing.length - listed.length;
  return [
    "",
    "  Files that differ:",
    ...listed,
    ...(more > 0 ? [`    and ${formatCount(more)} more (--json lists all)`] : []),
    `    Compare: git diff --no-index ${directory} ${into}`,
  ];
}

import { type ChangedRequirement, diffSpecs, type LoadedSpec } from "@ccb/context";
import type { Requirement } from "@ccb/core";
import { CcbError } from "@ccb/core/errors";
import { exitCodes } from "../exit-codes.ts";
import { createPainter, type Painter } from "../render/_painter.ts";
import type { Terminal } from "../terminal.ts";
import { locateSpan, type Place } from "./locate-span.ts";
import { readSpecArgument } from "./read-spec-argument.ts";

type ChangeReason = ChangedRequirement["reason"];

/** A requirement with its place in the file it came from. */
type PlacedRequirement = Omit<Requirement, "span"> & Place;

interface PlacedPair {
  before: PlacedRequirement;
  after: PlacedRequirement;
}

/** What `--json` prints; places are lines of the files. */
interface PlacedDiff {
  added: PlacedRequirement[];
  removed: PlacedRequirement[];
  changed: (PlacedPair & { reason: ChangeReason })[];
  moved: PlacedPair[];
  unchanged: number;
}

/** `ccb spec diff`: requirements added, removed, changed and moved between two versions. Exit code 0, also when they differ. */
export async function runSpecDiff(call: {
  before: string;
  after: string;
  flags: { json?: boolean };
  terminal: Terminal;
}): Promise<number> {
  const { terminal } = call;
  if (call.before === "-" && call.after === "-") {
    throw new CcbError({
      code: "usage",
      message: 'Only one of the two versions can be standard input; received "- -".',
      hint: "For example: git show HEAD:spec.md | ccb spec diff - spec.md",
    });
  }
  const before = await readSpecArgument([call.before], terminal);
  const after = await readSpecArgument([call.after], terminal);
  const diff = placeDiff(before, after);
  const { stdout } = terminal;
  if (call.flags.json) stdout.write(`${JSON.stringify(diff, null, 2)}\n`);
  else stdout.write(`${renderDiff(diff, createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false))}\n`);
  return exitCodes.done;
}

function placeDiff(before: LoadedSpec, after: LoadedSpec): PlacedDiff {
  const { added, removed, changed, moved, unchanged } = diffSpecs(before.text, after.text);
  const old = (requirement: Requirement) => placeRequirement(requirement, before.sources);
  const now = (requirement: Requirement) => placeRequirement(requirement, after.sources);
  const placed = ({ before: left, after: right }: (typeof moved)[number]): PlacedPair => ({
    before: old(left),
    after: now(right),
  });
  return {
    added: added.map(now),
    removed: removed.map(old),
    changed: changed.map((pair) => ({ reason: pair.reason, ...placed(pair) })),
    moved: moved.map(placed),
    unchanged,
  };
}

function placeRequirement(requirement: Requirement, sources: LoadedSpec["sources"]): PlacedRequirement {
  const { span, ...rest } = requirement;
  return { ...rest, ...locateSpan(sources, span) };
}

function renderDiff(diff: PlacedDiff, paint: Painter): string {
  const { added, removed, changed, moved, unchanged } = diff;
  const counts = `${added.length} added, ${removed.length} removed, ${changed.length} changed, ${moved.length} moved, ${unchanged} unchanged`;
  const section = (title: string, lines: string[]) => (lines.length === 0 ? [] : ["", paint.strong(title), ...lines]);
  return [
    counts,
    ...section(
      "Added",
      added.map((item) => `  ${paint.good("+")} ${place(item)}  ${item.id}  ${oneLine(item.text)}`),
    ),
    ...section(
      "Removed",
      removed.map((item) => `  ${paint.bad("-")} ${place(item)}  ${item.id}  ${oneLine(item.text)}`),
    ),
    ...section(
      "Changed",
      changed.flatMap((pair) => [
        `  ${paint.warn("~")} ${place(pair.before)} → ${place(pair.after)}  ${renderIds(pair)}  ${paint.dim(reasons[pair.reason])}`,
        `      ${paint.bad(`- ${oneLine(pair.before.text)}`)}`,
        `      ${paint.good(`+ ${oneLine(pair.after.text)}`)}`,
      ]),
    ),
    ...section(
      "Moved",
      moved.flatMap((pair) => [
        `  ${paint.accent(">")} ${place(pair.before)} → ${place(pair.after)}  ${renderIds(pair)}  ${oneLine(pair.after.text)}`,
        `      ${paint.dim(`${renderPath(pair.before)} → ${renderPath(pair.after)}`)}`,
      ]),
    ),
  ].join("\n");
}

const reasons: Record<ChangeReason, string> = {
  wording: "other words, same meaning",
  obligation: "another obligation",
  value: "another value",
  text: "another text",
};

function place({ file, line }: Place): string {
  return `${file}:${line}`;
}

function renderIds({ before, after }: PlacedPair): string {
  return before.id === after.id ? after.id : `${before.id} → ${after.id}`;
}

function renderPath({ headingPath }: PlacedRequirement): string {
  return headingPath.join(" > ") || "(no heading)";
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

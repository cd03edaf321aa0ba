/** Where two requests first differ, and how. */
export interface RequestDifference {
  /** "messages[2].content[0].text, line 14". */
  where: string;
  /** A short unified diff around it, without line ends at its end. */
  diff: string;
  /** Places that differ in all. */
  places: number;
}

const context = 2;
const mostLines = 12;
const widest = 240;

/** Compares two normalised requests; undefined where they are equal. Pure. */
export function diffRequests(expected: unknown, received: unknown): RequestDifference | undefined {
  const left = listLeaves(expected);
  const right = listLeaves(received);
  const byPath = new Map(right.map((leaf) => [leaf.path, leaf.text]));
  const known = new Set(left.map(({ path }) => path));
  const differing = [
    ...left
      .filter(({ path, text }) => byPath.get(path) !== text)
      .map(({ path, text }) => ({ path, before: text, after: byPath.get(path) })),
    ...right.filter(({ path }) => !known.has(path)).map(({ path, text }) => ({ path, before: undefined, after: text })),
  ];
  const [first] = differing;
  return first && { ...renderDifference(first), places: differing.length };
}

interface Leaf {
  path: string;
  text: string;
}

/** Every text, number and empty value of a request with the path to it, in order. */
function listLeaves(value: unknown, path = ""): Leaf[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (Array.isArray(value) && value.length > 0)
    return value.flatMap((item, index) => listLeaves(item, `${path}[${index}]`));
  if (typeof value === "object" && value !== null && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([name, field]) => listLeaves(field, path === "" ? name : `${path}.${name}`));
  return [{ path, text: JSON.stringify(value) ?? "undefined" }];
}

function renderDifference(at: { path: string; before: string | undefined; after: string | undefined }): {
  where: string;
  diff: string;
} {
  const before = at.before?.split("\n") ?? [];
  const after = at.after?.split("\n") ?? [];
  let same = 0;
  while (same < before.length && same < after.length && before[same] === after[same]) same++;
  let tail = 0;
  while (tail < before.length - same && tail < after.length - same && before.at(-1 - tail) === after.at(-1 - tail))
    tail++;
  const isWhole = at.before === undefined || at.after === undefined;
  const where = isWhole || before.length + after.length <= 2 ? at.path : `${at.path}, line ${same + 1}`;
  const removed = before.slice(same, before.length - tail);
  const added = after.slice(same, after.length - tail);
  const lines = [
    `@@ ${where} @@`,
    ...before.slice(Math.max(0, same - context), same).map((line) => ` ${shorten(line)}`),
    ...cap(pairUp(removed, added)[0]).map((line) => `-${line}`),
    ...cap(pairUp(removed, added)[1]).map((line) => `+${line}`),
    ...before.slice(before.length - tail, before.length - tail + context).map((line) => ` ${shorten(line)}`),
  ];
  return { where, diff: lines.join("\n") };
}

/** Long lines are shown from shortly before where they first differ. */
function pairUp(removed: string[], added: string[]): [string[], string[]] {
  const start = (index: number) => {
    const [left = "", right = ""] = [removed[index], added[index]];
    let same = 0;
    while (same < left.length && left[same] === right[same]) same++;
    return Math.max(0, same - 60);
  };
  return [
    removed.map((line, index) => shorten(line, start(index))),
    added.map((line, index) => shorten(line, start(index))),
  ];
}

function shorten(line: string, start = 0): string {
  if (line.length <= widest) return line;
  const part = line.slice(start, start + widest);
  return `${start > 0 ? "…" : ""}${part}${start + widest < line.length ? "…" : ""}`;
}

function cap(lines: string[]): string[] {
  return lines.length <= mostLines ? lines : [...lines.slice(0, mostLines), `… ${lines.length - mostLines} more lines`];
}

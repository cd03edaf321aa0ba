/** One difference between two JSON documents. */
export interface ValueDifference {
  /** Where, as `request.messages[2].content[0].text`. */
  path: string;
  /** Undefined where only the other has it. */
  before: unknown;
  after: unknown;
}

/** What differs between two JSON documents, in the order of the first; equal parts are left out. Pure. */
export function diffValues(before: unknown, after: unknown, path = ""): ValueDifference[] {
  if (Object.is(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, at) => diffValues(before[at], after[at], `${path}[${at}]`)).flat();
  }
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => diffValues(before[name], after[name], path === "" ? name : `${path}.${name}`));
  }
  return [{ path, before, after }];
}

/** The lines of two texts that differ: what they share at both ends is cut away. Pure. */
export function cutCommonLines(before: string, after: string): { line: number; before: string[]; after: string[] } {
  const left = before.split("\n");
  const right = after.split("\n");
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let end = 0;
  while (
    end < Math.min(left.length, right.length) - start &&
    left[left.length - 1 - end] === right[right.length - 1 - end]
  ) {
    end++;
  }
  return {
    line: start + 1,
    before: left.slice(start, left.length - end),
    after: right.slice(start, right.length - end),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const marker = /^\s*<!--\s*ci\s*-->\s*$/;
const fence = /^\s*```(\w*)\s*$/;

/**
 * The commands of a README's blocks that stand after a line `<!-- ci -->`: one a line, comments left out, lines that end with a backslash joined.
 *
 * Throws when the mark is not followed by a `bash` or `sh` block, so that a typing error cannot switch a command off.
 */
export function readReadmeCommands(text: string): string[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => (marker.test(line) ? readBlock(lines, index) : []));
}

function readBlock(lines: string[], markedAt: number): string[] {
  const from = lines.findIndex((line, index) => index > markedAt && line.trim() !== "");
  const language = fence.exec(lines[from] ?? "")?.[1];
  const to = lines.findIndex((line, index) => index > from && fence.test(line));
  if ((language !== "bash" && language !== "sh") || to < 0) {
    throw new Error(`The mark <!-- ci --> in line ${markedAt + 1} is not followed by a bash block.`);
  }
  const joined = lines
    .slice(from + 1, to)
    .join("\n")
    .replaceAll(/[ \t]*\\\n[ \t]*/g, " ");
  return joined
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

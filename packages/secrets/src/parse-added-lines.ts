import type { NamedText } from "./secret-finding.ts";

/** The stretches of added lines in a diff that was made with `-U0`, each with its path and first line. Pure. */
export function parseAddedLines(diff: string): NamedText[] {
  const found: { path: string; firstLine: number; lines: string[] }[] = [];
  let path: string | undefined;
  let left = 0;
  let removed = 0;
  for (const line of diff.split("\n")) {
    const current = found.at(-1);
    if (removed > 0 && line.startsWith("-")) removed -= 1;
    else if (left > 0 && current !== undefined && line.startsWith("+")) {
      current.lines.push(line.slice(1));
      left -= 1;
    } else if (line.startsWith("+++ ")) path = readPath(line.slice(4));
    else {
      const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
      if (hunk === null || path === undefined) continue;
      removed = Number(hunk[1] ?? 1);
      left = Number(hunk[3] ?? 1);
      found.push({ path, firstLine: Number(hunk[2]), lines: [] });
    }
  }
  return found.map(({ lines, ...place }) => ({ ...place, text: lines.join("\n") }));
}

/** git quotes paths with characters beyond ASCII or with quotes, as C does. */
function readPath(text: string): string | undefined {
  const name = text.replace(/\t$/, "");
  if (name === "/dev/null") return undefined;
  if (!name.startsWith('"')) return name.replace(/^b\//, "");
  const bytes = name.slice(1, -1).replace(/\\([0-7]{3}|.)/g, (_, code: string) => {
    if (/^\d/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    return { n: "\n", t: "\t", r: "\r" }[code] ?? code;
  });
  return Buffer.from(bytes, "latin1").toString("utf8").replace(/^b\//, "");
}

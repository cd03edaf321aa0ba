import { posix } from "node:path";
import type { Rule } from "../rule.ts";

/** Every relative link and picture in Markdown leads to a file or folder of the repository, and an anchor to a heading of it. */
export const markdownLinksRule: Rule = {
  name: "Markdown links",
  check({ files, read }) {
    const pages = files.filter((path) => path.endsWith(".md") && !/(^|\/)fixtures\//.test(path));
    const known = new Set(files.flatMap((path) => [path, ...parentsOf(path)]));
    let links = 0;
    const problems: string[] = [];
    for (const page of pages) {
      for (const { target, line } of listLinks(read(page))) {
        links += 1;
        const problem = checkLink(page, target, { known, read });
        if (problem) problems.push(`${page}:${line}: ${problem}`);
      }
    }
    return { lookedAt: links, unit: `links of ${pages.length} pages`, problems };
  },
};

function listLinks(text: string): { target: string; line: number }[] {
  let inFence = false;
  return text.split("\n").flatMap((line, index) => {
    if (/^\s*(?:```|~~~)/.test(line)) inFence = !inFence;
    if (inFence) return [];
    const withoutCode = line.replaceAll(/`[^`]*`/g, "");
    const targets = [...withoutCode.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)].map((match) => match[1] ?? "");
    return targets
      .filter((target) => !/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target))
      .map((target) => ({ target, line: index + 1 }));
  });
}

function checkLink(
  page: string,
  target: string,
  { known, read }: { known: Set<string>; read: (path: string) => string },
): string | undefined {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : posix.join(posix.dirname(page), decodeURIComponent(path)).replace(/\/$/, "");
  if (!known.has(file)) return `the link ${target} leads to no file of the repository`;
  if (anchor === undefined || !file.endsWith(".md")) return undefined;
  return listAnchors(read(file)).has(anchor) ? undefined : `the link ${target} leads to no heading of ${file}`;
}

/** Anchors as GitHub makes them from headings. */
function listAnchors(text: string): Set<string> {
  const headings = [...text.matchAll(/^#{1,6}\s+(.*)$/gm)].map((match) => match[1] ?? "");
  return new Set(
    headings.map((heading) =>
      heading
        .trim()
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(/\s/g, "-"),
    ),
  );
}

function parentsOf(path: string): string[] {
  const parent = posix.dirname(path);
  return parent === "." ? ["."] : [parent, ...parentsOf(parent)];
}

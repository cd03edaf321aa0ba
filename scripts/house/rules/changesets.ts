import { execFileSync } from "node:child_process";
import type { Rule } from "../rule.ts";
import type { Package, Workspace } from "../workspace.ts";

/**
 * Every published package is named by a pending changeset, or is unchanged since its changelog was last written (that is, since `changeset version` released it).
 */
export const changesetsRule: Rule = {
  name: "changesets",
  check(workspace) {
    const published = workspace.packages.filter(({ manifest }) => manifest.private !== true);
    const named = listNamed(workspace);
    const problems = [...named.keys()]
      .filter((name) => !published.some(({ manifest }) => manifest.name === name))
      .map((name) => `${named.get(name)}: names ${name}, which is no published package`);
    for (const entry of published) {
      if (named.has(entry.manifest.name) || isReleased(entry, workspace)) continue;
      problems.push(
        `${entry.directory}: ${entry.manifest.name} has changes that no changeset names; run \`pnpm exec changeset\``,
      );
    }
    return { lookedAt: published.length, unit: "published packages", problems };
  },
};

/** Package names in the front matter of pending changesets, with the file that names them. */
function listNamed({ files, read }: Workspace): Map<string, string> {
  const named = new Map<string, string>();
  for (const path of files.filter((file) => /^\.changeset\/(?!README)[^/]+\.md$/.test(file))) {
    const frontMatter = /^---\n([\s\S]*?)\n---/.exec(read(path))?.[1] ?? "";
    for (const match of frontMatter.matchAll(/^["']?(@?[\w./-]+)["']?:\s*(?:major|minor|patch|none)\s*$/gm)) {
      named.set(match[1] ?? "", path);
    }
  }
  return named;
}

function isReleased({ directory, manifest }: Package, { root, files, read }: Workspace): boolean {
  const changelog = `${directory}/CHANGELOG.md`;
  if (!files.includes(changelog) || !read(changelog).includes(`## ${manifest.version}`)) return false;
  const git = (...words: string[]) => execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim();
  const released = git("log", "-1", "--format=%H", "--", changelog);
  return (
    released !== "" &&
    git("diff", "--name-only", released, "--", `${directory}/src`, `${directory}/package.json`) === ""
  );
}

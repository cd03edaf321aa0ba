import type { Rule } from "../rule.ts";
import type { Package, Workspace } from "../workspace.ts";

const sections = ["Install", "Example", "Options", "Errors", "What is not in it"];

/** Every package has a licence and a README: one sentence, install, an example that is a file which runs, options, errors, and what is not in it. */
export const packagePapersRule: Rule = {
  name: "package papers",
  check(workspace) {
    const problems = workspace.packages.flatMap((entry) => checkPapers(entry, workspace));
    return { lookedAt: workspace.packages.length, unit: "packages", problems };
  },
};

function checkPapers({ directory, manifest }: Package, { files, read }: Workspace): string[] {
  const problems: string[] = [];
  if (!files.includes(`${directory}/LICENSE`)) problems.push(`${directory}: LICENSE is missing`);
  if (!files.some((path) => path.startsWith(`${directory}/examples/`) && path.endsWith(".ts"))) {
    problems.push(`${directory}: examples/ has no program`);
  }
  const path = `${directory}/README.md`;
  if (!files.includes(path)) return [...problems, `${path} is missing`];
  const text = read(path);
  const lines = text.split("\n");
  if (lines[0]?.trim() !== `# ${manifest.name}`) problems.push(`${path}: the first line is not "# ${manifest.name}"`);
  if (!/^[A-Z`@]/.test(lines[2] ?? ""))
    problems.push(`${path}: the title is not followed by a sentence that says what it is`);
  for (const section of sections) {
    const heading = new RegExp(`^## ${section}`, "im");
    if (!heading.test(text)) problems.push(`${path}: the section "## ${section}" is missing`);
  }
  if (!/\]\((?:\.\/)?examples\/[^)]+\.ts\)/.test(text)) {
    problems.push(`${path}: no link to a program in examples/`);
  }
  return problems;
}

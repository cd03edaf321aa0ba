import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type DocumentKind, documentationAgent, documentKinds } from "@ccb/agents";
import type { Analysis } from "@ccb/core";
import { writeArtifacts } from "../project/write-artifact.ts";
import { journalFiles } from "../report/write-journals.ts";
import type { BuildWork, Workbench } from "../workbench.ts";
import { mapLimited, runStep } from "./_run-step.ts";
import { chooseSpecification } from "./_specification-part.ts";

/** Bytes of source shown to the documentation agent. */
const excerptBudget = 120_000;
/** Tokens of the specification shown to it. */
const specificationBudget = 60_000;

/** Has every document written from what was really built; commits them. */
export async function writeDocuments(
  bench: Workbench,
  work: BuildWork,
  analysis: Analysis,
): Promise<{ documents: number; reused: boolean }> {
  const shared = { ...(await describeProject(bench, work)), analysis };
  const write = async (kind: DocumentKind) => {
    const inputs = { kind, files: shared.files, excerpts: shared.excerpts, plan: work.plan, model: bench.model.id };
    const { value, reused } = await runStep(bench, { name: `document:${kind}`, inputs }, async () => {
      const { value: text } = await documentationAgent.run(
        { kind, ...shared },
        { model: bench.model, scope: { build: bench.build }, signal: bench.signal },
      );
      return text;
    });
    const content = findMended(bench, { kind, text: value });
    return { path: join(bench.paths.root, documentKinds[kind]), content, reused };
  };
  const [first, ...others] = Object.keys(documentKinds) as DocumentKind[];
  if (!first) return { documents: 0, reused: false };
  // The first one alone writes the prompt cache that the others read.
  const documents = [await write(first), ...(await mapLimited(others, 4, write))];
  await writeArtifacts(documents);
  await bench.repository.commitPaths(Object.values(documentKinds), {
    subject: `Document ${bench.intake.projectName}`,
    trailers: [["CCB-Build", bench.build]],
  });
  return { documents: documents.length, reused: documents.every(({ reused }) => reused) };
}

const mendedStep = "document-mended";

/** The text of a document as it was mended later, where it was; ends with a line end. */
function findMended(bench: Workbench, document: { kind: DocumentKind; text: string }): string {
  const text = bench.journal.find<string>(mendedStep, document) ?? document.text;
  return text.endsWith("\n") ? text : `${text}\n`;
}

/** Remembers a README that a session has mended, so that the next run does not write the first one over it. */
export async function keepMendedReadme(bench: Workbench): Promise<void> {
  const text = bench.journal.latest<string>("document:readme");
  const now = await readFile(join(bench.paths.root, documentKinds.readme), "utf8");
  if (text === undefined || findMended(bench, { kind: "readme", text }) === now) return;
  bench.journal.save(mendedStep, { kind: "readme", text }, now);
}

async function describeProject(bench: Workbench, work: BuildWork) {
  const written = new Set<string>([...Object.values(documentKinds), ...journalFiles]);
  const paths = (await bench.repository.listFiles()).filter(
    (path) =>
      !path.startsWith("artifacts/") && !path.startsWith(".claude/") && path !== "CLAUDE.md" && !written.has(path),
  );
  const files = await Promise.all(
    paths.map(async (path) => ({ path, size: (await stat(join(bench.paths.root, path))).size })),
  );
  return {
    project: { name: bench.intake.projectName },
    plan: work.plan,
    specification: chooseSpecification(bench, {
      task: { title: bench.intake.projectName },
      requirements: bench.intake.requirements,
      budgetTokens: specificationBudget,
    }),
    files,
    excerpts: await readExcerpts(bench, files),
    // In the order of the plan, not in that in which the checks happened to end: the same build asks for the same document.
    criteriaResults: work.criteria.flatMap(({ id, description }) => {
      const evidence = work.evidence.get(id);
      return evidence ? [{ id, description, passed: evidence.passed, summary: evidence.summary }] : [];
    }),
  };
}

/** Text files, sources before tests, until the budget is spent; whole files only. */
async function readExcerpts(bench: Workbench, files: { path: string; size: number }[]) {
  const order = [...files].sort(
    (left, right) => rank(left.path) - rank(right.path) || left.path.localeCompare(right.path),
  );
  const excerpts: { path: string; content: string }[] = [];
  let left = excerptBudget;
  for (const file of order) {
    if (file.size > left) continue;
    const bytes = await readFile(join(bench.paths.root, file.path));
    if (bytes.includes(0)) continue;
    excerpts.push({ path: file.path, content: bytes.toString("utf8") });
    left -= file.size;
  }
  return excerpts;
}

function rank(path: string): number {
  if (/^(package\.json|pyproject\.toml|Cargo\.toml|go\.mod)$/.test(path)) return 0;
  if (/(^|\/)(tests?|__tests__|spec)\//.test(path) || /\.test\./.test(path)) return 2;
  return 1;
}

import type { Analysis, Criterion, Phase, Plan, Task } from "@ccb/core";

/** One part of the product: a module of the program, written by one task. */
interface Part {
  id: string;
  phase: string;
  /** Ids of the parts it imports. */
  needs: string[];
}

/** Fourteen tasks: one that all stand on, two chains, five that can run side by side, and two that join them. */
const parts: readonly Part[] = [
  { id: "units", phase: "ground", needs: [] },
  { id: "money", phase: "ground", needs: ["units"] },
  { id: "dates", phase: "ground", needs: ["units"] },
  { id: "names", phase: "ground", needs: ["units"] },
  { id: "accounts", phase: "books", needs: ["money", "names"] },
  { id: "entries", phase: "books", needs: ["money", "dates"] },
  { id: "taxes", phase: "books", needs: ["money"] },
  { id: "calendar", phase: "books", needs: ["dates"] },
  { id: "search", phase: "books", needs: ["names"] },
  { id: "balance", phase: "books", needs: ["accounts", "entries"] },
  { id: "journal", phase: "reports", needs: ["entries", "calendar"] },
  { id: "statement", phase: "reports", needs: ["balance", "taxes"] },
  { id: "index", phase: "reports", needs: ["search", "accounts"] },
  { id: "program", phase: "reports", needs: ["journal", "statement", "index"] },
];

/** Ids of all tasks, in the order of the plan. */
export const taskIds: readonly string[] = parts.map(({ id }) => id);

/** The specification of the product: one requirement a part. */
export const specification: string = [
  "# Small Ledger",
  "",
  "A library that keeps accounts, written as small modules.",
  "",
  "## Requirements",
  "",
  ...parts.map(({ id }, index) => `- FR-${index + 1}: The library must have a module ${id} that exports its own name.`),
  "",
].join("\n");

/** The task whose requirement {@link changedSpecification} changes. */
export const changedTask = "taxes";

/** The same specification with one requirement worded differently: what a user edits between a stop and a resume. */
export const changedSpecification: string = specification.replace(
  "a module taxes that exports its own name",
  "a module taxes that exports its own name and its version",
);

/** What the scripted analyzer answers. */
export const analysis: Analysis = {
  projectName: "Small Ledger",
  projectType: "library",
  summary: "A library of small modules.",
  complexity: "simple",
  complexityScore: 5,
  complexityReasons: ["Small modules."],
  technologies: ["Node.js"],
  components: parts.map(({ id }) => ({ name: id, purpose: `the module ${id}` })),
  risks: [{ description: "None worth naming.", severity: "low", mitigation: "Keep it small." }],
  openQuestions: [],
  estimatedHours: 1,
};

/** The plan for the requirements that were given; each task takes the requirement that names its module. */
export function planProduct(requirements: readonly { id: string; text: string }[]): Plan {
  const idsOf = (part: Part) =>
    requirements.filter(({ text }) => text.includes(`module ${part.id} `)).map(({ id }) => id);
  const covered = new Set(parts.flatMap(idsOf));
  const rest = requirements.filter(({ id }) => !covered.has(id)).map(({ id }) => id);
  const taskOf = (part: Part): Task => ({
    id: part.id,
    name: `Write the module ${part.id}`,
    description: `src/${part.id}.js exports its own name and imports ${part.needs.join(", ") || "nothing"}.`,
    dependsOn: [...part.needs],
    files: [`src/${part.id}.js`],
    requirementIds: [...idsOf(part), ...(part.id === "units" ? rest : [])],
    size: "S",
  });
  const phaseOf = (id: string): Phase => ({
    id,
    name: `The ${id}`,
    goal: `The modules of the ${id} load.`,
    tasks: parts.filter(({ phase }) => phase === id).map(taskOf),
  });
  return { phases: ["ground", "books", "reports"].map(phaseOf), waivers: [] };
}

/** One criterion a phase, which loads its last module, and one file check for each other requirement. */
export function writeCriteria(requirements: readonly { id: string; text: string }[]): { criteria: Criterion[] } {
  const moduleOf = (text: string) => /module (\w+) /.exec(text)?.[1] ?? "units";
  return {
    criteria: requirements.map(({ id, text }, index) => {
      const name = moduleOf(text);
      const isLast = index === requirements.length - 1;
      return {
        id: `FC-${name}`,
        category: "functional",
        description: isLast ? `the module ${name} loads with all it needs` : `the module ${name} is there`,
        steps: [isLast ? `node src/${name}.js` : `look at src/${name}.js`],
        expectedResult: "its name",
        validationMethod: isLast ? "command" : "file",
        testData: [],
        requirementIds: [id],
        check: isLast
          ? { kind: "command", command: `node src/${name}.js`, expect: { exitCode: 0, stdoutIncludes: [name] } }
          : { kind: "file", path: `src/${name}.js`, expect: { exists: true, contains: [`"${name}"`] } },
      };
    }),
  };
}

/** The file that the session of a task writes. */
export function renderModule(id: string): { path: string; content: string } {
  const needs = parts.find((part) => part.id === id)?.needs ?? [];
  const imports = needs.map((name) => `import { name as ${name} } from "./${name}.js";`);
  const uses = needs.length > 0 ? `, ${needs.join(", ")}` : "";
  const lines = [...imports, `export const name = "${id}";`, `console.log(name${uses});`, ""];
  return { path: `src/${id}.js`, content: lines.join("\n") };
}

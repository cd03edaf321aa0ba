import type { Analysis, Plan, Task } from "@ccb/core";
import { asList, asRecord, parseJson } from "../_json.ts";
import { readSpec, type SpecReading } from "../analysis/read-spec.ts";
import { isBuildable } from "../plan/service-parts.ts";
import type { Prompt } from "../request/read-prompt.ts";
import { planServiceParts, readServiceModel, type ServiceModel } from "../service/index.ts";

/** How one acceptance criterion came out. */
export interface CriterionResult {
  id: string;
  description: string;
  result: string;
  summary: string;
}

/** Everything a document is computed from. */
export interface DocumentFacts {
  name: string;
  /** The sentences about the product that the analysis took from the specification. */
  purpose: string;
  spec: SpecReading;
  analysis: Analysis | undefined;
  plan: Plan;
  tasks: Task[];
  /** The service that was built; undefined where the project is no service of the offline model's. */
  service: ServiceModel | undefined;
  /** Where the service keeps its data unless told otherwise, where a file that the prompt shows tells it. */
  databaseDefault: string | undefined;
  files: { path: string; bytes: number }[];
  /** Content of the files that the prompt shows. */
  contents: Map<string, string>;
  /** Scripts of package.json, where it is shown. */
  scripts: Record<string, string>;
  criteria: CriterionResult[];
}

/** Collects the facts of a finished project from the prompt of the documentation agent. */
export function readFacts(prompt: Prompt): DocumentFacts {
  const spec = readSpec(prompt);
  const contents = new Map(
    prompt.sections
      .filter(({ name }) => name === "file")
      .map(({ attributes, content }) => [attributes.path ?? "", content]),
  );
  const files = readFileList(prompt);
  const manifest = asRecord(parseJson(contents.get("package.json")));
  const plan = prompt.plan ?? { phases: [], waivers: [] };
  return {
    name: spec.name,
    purpose: readPurpose(prompt, spec),
    spec,
    analysis: prompt.analysis,
    plan,
    tasks: plan.phases.flatMap((phase) => phase.tasks),
    service: findBuiltService(readServiceModel(spec.text), files),
    databaseDefault: /databaseFile = [^\n]*?"([^"\n]+)"/.exec([...contents.values()].join("\n"))?.[1],
    files,
    contents,
    scripts: Object.fromEntries(
      Object.entries(asRecord(manifest.scripts)).map(([name, script]) => [name, String(script)]),
    ),
    criteria: readCriteria(prompt),
  };
}

/** The analysis' own words about itself do not belong into a document about the product. */
function readPurpose(prompt: Prompt, spec: SpecReading): string {
  const summary = prompt.analysis?.summary ?? "";
  const own = summary.split(/ (?=By its words it is |The specification has |Written by CCB's offline model)/)[0] ?? "";
  return own === "" ? `${spec.name} is described in the specification of this project.` : own;
}

/** The service as far as its parts are there: an entity counts when every file of its part exists. */
function findBuiltService(model: ServiceModel, files: { path: string }[]): ServiceModel | undefined {
  if (!isBuildable(model)) return undefined;
  const paths = new Set(files.map(({ path }) => path));
  const built = planServiceParts(model).filter((part) => part.files.every((file) => paths.has(file)));
  const names = new Set(built.flatMap((part) => part.entities));
  if (names.size === 0) return undefined;
  return { ...model, entities: model.entities.filter((entity) => names.has(entity.name)) };
}

function readFileList(prompt: Prompt): { path: string; bytes: number }[] {
  const content = prompt.sections.find(({ name }) => name === "project-files")?.content ?? "";
  return content.split("\n").flatMap((line) => {
    const match = /^(.+?)(?: \((\d+) bytes\))?$/.exec(line.trim());
    return match?.[1] ? [{ path: match[1], bytes: Number(match[2] ?? 0) }] : [];
  });
}

function readCriteria(prompt: Prompt): CriterionResult[] {
  const content = parseJson(prompt.sections.find(({ name }) => name === "acceptance-criteria")?.content);
  return asList(content)
    .map(asRecord)
    .map((row) => {
      const passed = row.passed === undefined ? "not checked" : row.passed === true ? "passed" : "failed";
      return {
        id: text(row.id ?? row.criterion),
        description: text(row.description),
        result: typeof row.result === "string" ? row.result : passed,
        summary: text(row.summary),
      };
    });
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

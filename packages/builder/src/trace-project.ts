import { isIntactEvidence } from "@ccb/testing";
import { readProject, traceOf } from "./project/read-project.ts";
import type { BuildTrace } from "./report/build-trace.ts";
import { findHoles, type TraceHole } from "./report/find-holes.ts";
import { renderTraceMermaid } from "./report/render-trace-mermaid.ts";
import { runGit } from "./repository/run-git.ts";

/** The trace of a project, with every place where it is broken. */
export interface ProjectTrace {
  project: string;
  trace: BuildTrace;
  holes: TraceHole[];
  /** Criteria that passed before their phase began. */
  provesNothing: string[];
  /** Criteria whose evidence is of other code than there is now. */
  outdated: string[];
  mermaid: string;
}

/** Follows a project's requirements to tasks, criteria, evidence and commits, by its artifacts and its git history. Rejects with a CcbError (`bad-input`) where there is no project. */
export async function traceProject(options: {
  directory: string;
  environment: Record<string, string>;
}): Promise<ProjectTrace> {
  const project = await readProject(options.directory, options.environment);
  const { repository, evidence, head, before } = project;
  const trace = traceOf(project);
  const history = new Set(head ? await listCommits(options.environment, project.paths.root) : []);
  const criteria = project.criteria.flatMap((of) => of.criteria);
  const holes = findHoles({ trace, criteria, evidence, isIntact: isIntactEvidence, history });
  const now = head && (await repository.sourceTree(head));
  const outdated: string[] = [];
  for (const [id, { commit }] of evidence) {
    if (commit && history.has(commit) && (await repository.sourceTree(commit)) !== now) outdated.push(id);
  }
  const provesNothing = [...before].filter(([, seen]) => seen.passed).map(([id]) => id);
  return { project: project.name, trace, holes, provesNothing, outdated, mermaid: renderTraceMermaid(trace) };
}

async function listCommits(environment: Record<string, string>, directory: string): Promise<string[]> {
  return (await runGit({ args: ["log", "--format=%H"], directory, environment })).split("\n").filter(Boolean);
}

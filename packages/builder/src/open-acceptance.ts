import { type TestProjectOptions, type TestProjectResult, testProject } from "./test-project.ts";
import { type ProjectTrace, traceProject } from "./trace-project.ts";

/** Finds the project that the acceptance is of. */
export { findProject } from "./project/find-project.ts";

/** A project directory, and the environment for git and checks, which see no credential of it. */
export interface AcceptanceOptions {
  directory: string;
  environment: Record<string, string>;
}

/** The acceptance of a project that was planned: its checks run again, and its trace with every hole. Errors are those of `testProject` and `traceProject`. */
export function openAcceptance(at: AcceptanceOptions): {
  test(options?: Omit<TestProjectOptions, keyof AcceptanceOptions>): Promise<TestProjectResult>;
  trace(): Promise<ProjectTrace>;
} {
  return { test: (options = {}) => testProject({ ...options, ...at }), trace: () => traceProject(at) };
}

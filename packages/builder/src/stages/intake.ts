import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { extractRequirements, type LoadedSpec, loadSpec } from "@ccb/context";
import { CcbError, findModel, type McpServerDefinition, type Requirement } from "@ccb/core";
import { type McpPolicy, readServerRegistry } from "@ccb/mcp";
import type { BuildOptions } from "../build-options.ts";
import { cutForPlanning, type PlanningChunk } from "./_cut-for-planning.ts";

/** Everything that is known before anything is written or spent. */
export interface Intake {
  specification: LoadedSpec;
  projectName: string;
  requirements: Requirement[];
  /** The specification in pieces that fit the planning model; one piece for most. */
  chunks: PlanningChunk[];
  /** MCP servers beside the mandatory five: the user's own file and the one given for this build. */
  customServers: McpServerDefinition[];
  /** The MCP policy of this build: the default one with what those files change. */
  mcpPolicy: McpPolicy;
  warnings: string[];
}

/** Context window assumed of a model that is not in the catalogue, in tokens. */
const unknownWindowTokens = 200_000;

/** More than any specification people wrote; beyond it a plan would cost more than anybody expects. */
const maxSpecificationBytes = 16 * 1024 * 1024;

/** Reads and checks all inputs of a build. Rejects with CcbError `bad-input` or `usage`; writes nothing. */
export async function readIntake(options: BuildOptions): Promise<Intake> {
  checkNumbers(options);
  const specification = await loadSpec({
    source: options.specification,
    cwd: options.cwd,
    maxBytes: maxSpecificationBytes,
  });
  const projectName = options.projectName ?? specification.projectName;
  checkProjectName(projectName);
  // The project's own files (.mcp.json) are not read: a specification's folder may come from anybody, and a server is a program.
  const registry = await readServerRegistry({
    cwd: options.cwd,
    project: false,
    environment: options.environment,
    ...(options.customMcpFile ? { customFile: options.customMcpFile } : {}),
  });
  if (options.templatesDirectory) await checkFolder(resolve(options.cwd, options.templatesDirectory));
  const windowTokens = findModel(options.planningModel ?? options.model)?.contextWindow ?? unknownWindowTokens;
  const requirements = extractRequirements(specification.text);
  return {
    specification,
    projectName,
    requirements,
    chunks: cutForPlanning(specification.text, { windowTokens, requirements }),
    customServers: registry.entries.map(({ definition }) => definition),
    mcpPolicy: registry.policy,
    warnings: [...specification.warnings, ...registry.warnings, ...(requirements.length === 0 ? [noRequirements] : [])],
  };
}

const noRequirements =
  "No requirement was found in the specification: nothing can be traced or accepted. Write statements such as “The service must …”, lists, tables or user stories.";

function checkNumbers(options: BuildOptions): void {
  const { maxCostUsd, taskTimeoutMs } = options;
  if (maxCostUsd !== undefined && !(Number.isFinite(maxCostUsd) && maxCostUsd > 0)) {
    throw new CcbError({
      code: "usage",
      message: `The cost cap must be a number of US dollars above 0; received ${maxCostUsd}.`,
      hint: "Leave the cap out for none, or use --dry-run to plan without spending.",
    });
  }
  if (taskTimeoutMs !== undefined && !(Number.isFinite(taskTimeoutMs) && taskTimeoutMs >= 1000)) {
    throw new CcbError({
      code: "usage",
      message: `A task's time limit must be at least one second; received ${taskTimeoutMs} ms.`,
    });
  }
}

function checkProjectName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return;
  throw new CcbError({
    code: "usage",
    message: `A project name has letters, digits, ".", "_" and "-", at most 64, and starts with a letter or digit; received ${JSON.stringify(name)}.`,
    hint: "Give one with --project-name.",
  });
}

async function checkFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new CcbError({
    code: "bad-input",
    message: `The templates folder ${path} ${found ? "is not a folder" : "does not exist"}.`,
  });
}

import { createClaudeCodeExecutor } from "@ccb/claude-code";
import type { BuildOptions } from "./build-options.ts";
import { chooseConfinement } from "./choose-confinement.ts";
import type { ProjectPaths } from "./project/project-paths.ts";
import type { Workbench } from "./workbench.ts";

/** Claude Code, confined as far as this machine and the user let it, unless a program brings another agent. */
export function openExecutor(
  options: BuildOptions,
  at: { environment: Record<string, string>; paths: ProjectPaths },
): Pick<Workbench, "executor" | "confinement"> {
  if (options.executor) return { executor: options.executor, confinement: undefined };
  const { environment, paths } = at;
  const chosen = chooseConfinement(options.confinement ?? {}, { paths, searchPath: environment.PATH ?? "" });
  const { confinement } = chosen;
  return {
    executor: createClaudeCodeExecutor({ environment, homeDirectory: paths.sessionHome, confinement }),
    confinement: chosen,
  };
}

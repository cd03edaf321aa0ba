import { existsSync, realpathSync } from "node:fs";
import type { Clock } from "@ccb/core";
import { type CassetteRecorder, createCassetteRecorder } from "@ccb/gateway";
import type { BuildOptions } from "../build-options.ts";
import type { ProjectPaths } from "../project/project-paths.ts";
import type { Intake } from "../stages/intake.ts";
import { renderRecipe } from "./recipe.ts";

/** Starts the recording of a run of a build. */
export function openRecorder(about: {
  paths: ProjectPaths;
  options: BuildOptions;
  intake: Intake;
  redact: (text: string) => string;
  clock: Clock;
}): CassetteRecorder {
  const { paths, options, intake, redact, clock } = about;
  return createCassetteRecorder({
    directory: paths.cassettes,
    redact,
    run: {
      startedAt: clock.now().toISOString(),
      directories: listDirectoryPaths(paths.root),
      recipe: renderRecipe(options, intake),
    },
  });
}

/** The path of a directory as it was given and, where that leads over links, as programs in it see it. */
export function listDirectoryPaths(root: string): string[] {
  return existsSync(root) ? [...new Set([root, realpathSync(root)])] : [root];
}

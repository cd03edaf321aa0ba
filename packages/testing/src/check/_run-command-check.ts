import type { CommandCheck } from "@ccb/core";
import { show } from "./_look.ts";
import { runProgram } from "./_run-program.ts";
import type { CheckPlace, Look } from "./check-kind.ts";

/** Runs the command in the project directory and looks at its exit code and stdout. */
export function runCommandCheck(check: CommandCheck, place: CheckPlace): Promise<Look> {
  return runProgram({ ...check, name: show(check.command) }, place);
}

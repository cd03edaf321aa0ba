import type { ScriptCheck } from "@ccb/core";
import { type Program, runProgram } from "./_run-program.ts";
import { withService } from "./_with-service.ts";
import type { CheckPlace, Look } from "./check-kind.ts";

/** The source travels in the environment, so that no file of the check lies where the project could change it. */
const commands: Record<ScriptCheck["language"], string> = {
  node: 'exec node --input-type=module -e "$CCB_CHECK_SOURCE"',
  python: 'exec python3 -c "$CCB_CHECK_SOURCE"',
  sh: 'exec sh -c "$CCB_CHECK_SOURCE"',
};

/** Runs the check's own program in the project directory, beside the service where there is one. */
export async function runScriptCheck(check: ScriptCheck, place: CheckPlace): Promise<Look> {
  const program: Program = {
    command: commands[check.language],
    name: `the ${check.language} script`,
    env: { CCB_CHECK_SOURCE: check.source },
    timeoutMs: check.timeoutMs,
    expect: check.expect,
  };
  if (!check.service) return runProgram(program, place);
  let output = "";
  const look = await withService(
    { service: check.service },
    {
      place,
      async use({ running }) {
        const env = { ...program.env, SERVICE_URL: running.url };
        const seen = await runProgram({ ...program, command: running.reach(program.command), env }, place);
        output = seen.output;
        return seen.observations;
      },
    },
  );
  return { ...look, output: `${output}${look.output}` };
}

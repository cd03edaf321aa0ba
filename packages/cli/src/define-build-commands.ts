import type { BuildCommand } from "@ccb/builder";
import { type Command, InvalidArgumentError } from "commander";
import { defineCheckPlaceOptions } from "./acceptance/define-check-place-options.ts";
import { addConfineFlags, addLogFlags, addRunFlags } from "./config/run-flags.ts";
import type { ReplayFlags } from "./replay/run-replay.ts";
import type { ResumeFlags } from "./resume/resume-flags.ts";
import type { Terminal } from "./terminal.ts";

/** The commands for a build that was begun: go on with it, pause it, stop it. */
export function defineBuildCommands(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  defineResume(program, terminal, onExit);
  defineReplay(program, terminal, onExit);
  const control = (command: BuildCommand, description: string) =>
    program
      .command(command)
      .description(description)
      .argument("<dir>", "project directory of a build that runs in another terminal")
      .option("--json", "print {command, directory, answer} as JSON")
      .action(async (directory: string, flags: { json?: boolean }) => {
        const { runControl } = await import("./control/run-control.ts");
        onExit(await runControl({ command, directory, flags, terminal }));
      });
  control("pause", "Pause a running build: what is under way ends, nothing new starts until ccb resume.");
  control("stop", "Stop a running build: its sessions end, finished work is kept; go on with ccb resume.");
}

function defineReplay(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  program
    .command("replay")
    .description("Build a finished project again from its own recording, without a key, and compare what comes out.")
    .argument("<dir>", "project directory of the build")
    .option("-i, --into <dir>", "folder to build in, empty or new (default: <dir>.replay_<time>)")
    .option("--spec <file>", "build from this specification instead, to see at which call the change first matters")
    .option("--keep-going", "answer calls that are not as they were recorded too, and report all of them")
    .option("--json", "print the result as JSON")
    .option("-v, --verbose", "show what each session does; -vv also each model call", (_, n: number) => n + 1, 0)
    .addHelpText(
      "after",
      `
Every build records its model calls in .checkpoints/cassettes. A replay runs Claude Code, its tools and the checks
again; only the model is replaced by the recording. It ends at the first call that is not as it was recorded.

Exit codes: 0 the same tree by the same calls · 5 something differs · 2 nothing was recorded, or the recording is damaged

Example:
  ccb replay claude-builds/shop_20261128_101500 --into shop-again
`,
    )
    .action(async (directory: string, flags: ReplayFlags) => {
      const { runReplay } = await import("./replay/run-replay.ts");
      onExit(await runReplay({ directory, flags, terminal }));
    });
}

function defineResume(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  const command = program
    .command("resume")
    .description("Go on with a build that was stopped, killed or paused, with the options it was begun with.")
    .argument("<dir>", "project directory")
    .option("--from-phase <id>", "do this phase and all after it again, although they are finished")
    .option("--from-task <id>", "do this task and all after it again, although they are finished")
    .option("--rerun-tests", "run acceptance checks again that passed before")
    .option("--update-spec <file>", "go on with this version of the specification; only tasks it changes are reopened")
    .option("--from-backup", "put the last copy of the journal in place of a damaged one first")
    .option("--max-cost <usd>", "US dollars the build may spend at most, all runs together", parseUsd)
    .option("--parallel-tasks <n>", "tasks that may run at once", parseWorkers)
    .option("--continue-on-error", "go on after a failed task or phase (the build still ends as failed)")
    .option("--ask-again", "ask the model again for plans and documents that it answered before")
    .option("--generate-tests", "have tests written for functions that no test names, and keep what is proven")
    .option("--no-validate", "do not look whether what was built is ready for production");
  defineCheckPlaceOptions(command, undefined)
    .option("-y, --yes", "ask nothing: a changed specification is gone on with")
    .option("--json", "print the build's events as JSON, one a line")
    .option("-v, --verbose", "show what each session does; -vv also each model call", (_, n: number) => n + 1, 0);
  addConfineFlags(addLogFlags(addRunFlags(command)))
    .addHelpText("after", "\nExample:\n  ccb resume claude-builds/shop_20261128_101500 --update-spec spec.md\n")
    .action(async (directory: string, flags: ResumeFlags) => {
      const { runResume } = await import("./resume/run-resume.ts");
      onExit(await runResume({ directory, flags, terminal }));
    });
}

function parseUsd(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

function parseWorkers(text: string): number {
  if (!/^([1-9]|[12]\d|3[0-2])$/.test(text.trim()))
    throw new InvalidArgumentError("It must be a whole number from 1 to 32.");
  return Number(text);
}

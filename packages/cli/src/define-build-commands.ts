import type { BuildCommand } from "@ccb/builder";
import { type Command, InvalidArgumentError } from "commander";
import { addLogFlags, addRunFlags } from "./config/run-flags.ts";
import type { ResumeFlags } from "./resume/resume-flags.ts";
import type { Terminal } from "./terminal.ts";

/** The commands for a build that was begun: go on with it, pause it, stop it. */
export function defineBuildCommands(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  defineResume(program, terminal, onExit);
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

function defineResume(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  const resume = program
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
    .option("-y, --yes", "ask nothing: a changed specification is gone on with")
    .option("--json", "print the build's events as JSON, one a line")
    .option("-v, --verbose", "show what each session does; -vv also each model call", (_, n: number) => n + 1, 0);
  addLogFlags(addRunFlags(resume))
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

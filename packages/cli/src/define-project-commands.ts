import { type Command, InvalidArgumentError } from "commander";
import type { SessionFlags } from "./sessions/run-sessions.ts";
import type { StatusFlags } from "./status/run-status.ts";
import type { Terminal } from "./terminal.ts";

const directoryArgument =
  "project directory of a build (default: the current folder, else the newest under claude-builds/)";

/** The commands that look at the project directory of a build: they need no key and start nothing. */
export function defineProjectCommands(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  program
    .command("status")
    .description("Show where a build stands: phases, tasks, criteria, cost, time left, and what goes on from here.")
    .argument("[dir]", directoryArgument)
    .option("-w, --watch", "redraw until the build ends; the exit code is then that of the build")
    .option("--json", "print the status as JSON; with --watch one document a line whenever it has changed")
    .addHelpText("after", "\nExample:\n  ccb status --watch\n")
    .action(async (directory: string | undefined, flags: StatusFlags) => {
      const { runStatus } = await import("./status/run-status.ts");
      onExit(await runStatus({ directory, flags, terminal }));
    });
  defineSessions(program, terminal, onExit);
}

function defineSessions(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  const sessions = program
    .command("sessions")
    .description("List Claude Code's sessions of a build, look at one, clean up, encrypt them at rest.");
  const run = async (
    name: "list" | "clean" | "encrypt" | "decrypt" | "show",
    call: { session?: string; directory: string | undefined; flags: SessionFlags },
  ) => {
    const { runSessions } = await import("./sessions/run-sessions.ts");
    onExit(await runSessions({ ...call, name, terminal }));
  };
  sessions
    .command("list")
    .description("All sessions: task, attempt, time, outcome, and where the transcript is readable.")
    .argument("[dir]", directoryArgument)
    .option("--json", "print {directory, sessions} as JSON")
    .addHelpText("after", "\nExample:\n  ccb sessions list\n")
    .action((directory: string | undefined, flags: SessionFlags) => run("list", { directory, flags }));
  sessions
    .command("show")
    .description("One session with its transcript's path, size and content in numbers.")
    .argument("<session>", "the session's id or how it begins, or a task's id for its last session")
    .argument("[dir]", directoryArgument)
    .option("--json", "print the session as JSON")
    .addHelpText("after", "\nExample:\n  ccb sessions show 3f2a\n")
    .action((session: string, directory: string | undefined, flags: SessionFlags) =>
      run("show", { session, directory, flags }),
    );
  sessions
    .command("clean")
    .description("Remove sessions that ended longer ago than an age, with their transcripts.")
    .argument("[dir]", directoryArgument)
    .requiredOption("--older-than <age>", "a number with m, h or d: 90m, 12h, 30d", parseAge)
    .option("--json", "print {removed, bytes} as JSON")
    .addHelpText("after", "\nExample:\n  ccb sessions clean --older-than 30d\n")
    .action((directory: string | undefined, flags: SessionFlags) => run("clean", { directory, flags }));
  for (const [name, description] of [
    ["encrypt", "Encrypt every transcript with the passphrase in CLAUDE_CODE_BUILDER_SESSION_KEY."],
    ["decrypt", "Make encrypted transcripts readable again, for a resume or for yourself."],
  ] as const) {
    sessions
      .command(name)
      .description(description)
      .argument("[dir]", directoryArgument)
      .option("--json", "print {files} as JSON")
      .addHelpText("after", `\nExample:\n  CLAUDE_CODE_BUILDER_SESSION_KEY=… ccb sessions ${name}\n`)
      .action((directory: string | undefined, flags: SessionFlags) => run(name, { directory, flags }));
  }
}

const unitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function parseAge(text: string): number {
  const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(text.trim()) ?? [];
  const ms = unitMs[unit];
  if (count === undefined || ms === undefined) {
    throw new InvalidArgumentError("It must be a number with m, h or d, as in 30d.");
  }
  return Number(count) * ms;
}

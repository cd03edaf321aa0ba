import { CcbError } from "@ccb/core/errors";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { version } from "./_version.ts";
import { defineCheckPlaceOptions } from "./acceptance/define-check-place-options.ts";
import { addConfineFlags, addLogFlags, addRunFlags } from "./config/run-flags.ts";
import { defineAcceptanceCommands } from "./define-acceptance-commands.ts";
import { defineBuildCommands } from "./define-build-commands.ts";
import { defineCheckCommands } from "./define-check-commands.ts";
import { defineCostCommands } from "./define-cost-commands.ts";
import { defineInsightCommands } from "./define-insight-commands.ts";
import { defineMcpCommands } from "./define-mcp-commands.ts";
import { defineProjectCommands } from "./define-project-commands.ts";
import { defineSpecCommands } from "./define-spec-commands.ts";
import { exitCodeOfError, exitCodes } from "./exit-codes.ts";
import type { InitFlags } from "./init/init-flags.ts";
import { renderError } from "./render/render-error.ts";
import type { Terminal } from "./terminal.ts";

/** Runs one command line and resolves with the exit code; errors are printed, never thrown. Handlers load when they are needed. */
export async function runCli(terminal: Terminal): Promise<number> {
  let code: number = exitCodes.done;
  const program = defineProgram(terminal, (exit) => {
    code = exit;
  });
  try {
    await program.parseAsync(terminal.argv, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    terminal.stderr.write(renderError(error, { color: terminal.stderr.isTTY === true }));
    return CcbError.isInstance(error) ? exitCodeOfError(error.code) : exitCodes.failed;
  }
}

const exitCodeHelp = `
Exit codes: 0 done · 1 failed · 2 usage or bad input · 3 no credentials · 4 budget reached · 5 acceptance failed (spec lint --strict, validate, secrets: findings) ·
            6 stopped by you (go on with ccb resume) · 7 another process holds the project directory`;

function defineProgram(terminal: Terminal, onExit: (code: number) => void): Command {
  const program = new Command("ccb")
    .description("From a specification to documented, acceptance-tested software with Claude Code.")
    .version(version, "-V, --version", "print the version")
    // Options belong to the command they stand after, also where a command above it has one of the same name.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    })
    .showHelpAfterError("(ccb --help lists the commands and options)")
    .addHelpText("after", exitCodeHelp);
  defineInit(program, terminal, onExit);
  defineBuildCommands(program, terminal, onExit);
  defineSpecCommands(program, terminal, onExit);
  defineInsightCommands(program, terminal, onExit);
  defineCheckCommands(program, terminal, onExit);
  defineAcceptanceCommands(program, terminal, onExit);
  defineProjectCommands(program, terminal, onExit);
  defineCostCommands(program, terminal, onExit);
  defineMcpCommands(program, terminal, onExit);
  program.allowExcessArguments().action(() => {
    const [unknown] = program.args;
    if (unknown === undefined) program.help();
    program.error(`error: unknown command '${unknown}'`);
  });
  return program;
}

function defineInit(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  const command = program
    .command("init")
    .description("Plan, build, test and document a project from a specification.")
    .argument("<spec...>", 'specification: a file, several files, a folder, or "-" for standard input')
    .option("-o, --output-dir <dir>", "project directory (default: claude-builds/<name>_<time>)")
    .option("-n, --project-name <name>", "name of the project (default: from the specification)")
    .option("-m, --model <id>", "model that plans and builds (default: claude-opus-5-5)")
    .option("--max-cost <usd>", "US dollars the build may spend at most (default: 100)", parseNumber)
    .option("--max-cost-per-task <usd>", "US dollars each task may cost at most (default: none)", parseNumber)
    .option("--max-cost-per-phase <usd>", "US dollars each phase may cost at most (default: none)", parseNumber)
    .option("--max-cost-per-day <usd>", "US dollars each day (UTC) may cost at most (default: none)", parseNumber)
    .option("-p, --phases <ids>", "build only these phases, separated by commas", parseList)
    .option("--dry-run", "plan by rule, print and save plan, criteria and forecast; needs no key and spends nothing")
    .option("--no-tests", "do not run acceptance checks; phases end unverified")
    .option("--no-validate", "do not look whether what was built is ready for production")
    .option("--red-first", "run each phase's checks before its first task too: what passes already proves nothing")
    .option("--generate-tests", "have tests written for functions that no test names, and keep what is proven")
    .option("--no-web-search", "do not look libraries up with the model server's web search (1 cent a search)")
    .option("--continue-on-error", "go on after a failed task or phase (the build still ends as failed)")
    .option(
      "--parallel-tasks <n>",
      "tasks that may run at once, each in a git worktree of its own (default: 1)",
      parseWorkers,
    )
    .option("--custom-mcp <file>", "YAML or JSON file with more MCP servers")
    .option("--templates <dir>", "folder with instruction templates that replace the built-in ones")
    .option("--base-url <url>", "Anthropic-compatible server to use (default: ANTHROPIC_BASE_URL, else Anthropic)")
    .option("--offline", "use the local rule-based model: no key, no network, REST services only");
  defineCheckPlaceOptions(command, "none")
    .option("-y, --yes", "ask nothing: resume a CCB project in the output directory, back up anything else")
    .option("--json", "print the build's events as JSON, one a line")
    .option(
      "-v, --verbose",
      "show what each session does; -vv also shows each model call",
      (_, times: number) => times + 1,
      0,
    );
  addConfineFlags(addLogFlags(addRunFlags(command)))
    .addHelpText(
      "after",
      `
Environment: ANTHROPIC_API_KEY or CLAUDE_CODE_BUILDER_ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, ANTHROPIC_BASE_URL,
             CLAUDE_BUILD_MAX_COST (US dollars), CLAUDE_BUILD_TIMEOUT (seconds a task may take),
             CLAUDE_BUILD_LOG_LEVEL (error, warn, info or debug), CLAUDE_BUILD_METRICS_ENABLED (true: metrics on port 9464)
${exitCodeHelp}`,
    )
    .action(async (spec: string[], flags: InitFlags) => {
      // Settings first: a missing key is said at once, before the builder and what it stands on is loaded.
      const { readSettings } = await import("./init/read-settings.ts");
      const settings = readSettings(flags, terminal.environment);
      const { runInit } = await import("./init/run-init.ts");
      onExit(await runInit({ spec, flags, settings, terminal }));
    });
}

function parseWorkers(text: string): number {
  if (!/^([1-9]|[12]\d|3[0-2])$/.test(text.trim()))
    throw new InvalidArgumentError("It must be a whole number from 1 to 32.");
  return Number(text);
}

function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("It must be a number.");
  return value;
}

function parseList(text: string): string[] {
  const items = text.split(",").map((item) => item.trim());
  if (items.some((item) => item === "")) throw new InvalidArgumentError("It must be names separated by commas.");
  return items;
}

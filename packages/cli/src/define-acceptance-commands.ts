import { type Command, InvalidArgumentError } from "commander";
import { defineCheckPlaceOptions } from "./acceptance/define-check-place-options.ts";
import type { Terminal } from "./terminal.ts";
import type { TestFlags } from "./test/run-test.ts";
import type { TraceFlags } from "./trace/run-trace.ts";

/** The commands that show whether a project does what its specification says: they need no key and call no model. */
export function defineAcceptanceCommands(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  defineTest(program, terminal, onExit);
  defineTrace(program, terminal, onExit);
}

function defineTest(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  const command = program
    .command("test")
    .description(
      "Run a project's acceptance checks again and write the reports: JUnit XML, SARIF, JSON, Markdown, HTML.",
    )
    .argument("[dir]", "project directory", ".")
    .option("-p, --phase <ids>", "only these phases, separated by commas", parseIds)
    .option("-c, --criterion <ids>", "only these criteria, separated by commas", parseIds)
    .option("--rerun-failed", "only what failed or was not run so far");
  defineCheckPlaceOptions(command, "auto")
    .option("-y, --yes", "agree to run it without isolation where there is no sandbox")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      `
Exit codes: 0 every check passed · 2 no such project, phase or criterion · 5 a check failed or was never run
            6 stopped, or no sandbox and no agreement · 7 a build is running there

Environment: DOCKER_HOST (the daemon that the docker sandbox uses)

Example:
  ccb test claude-builds/shop_20260101_120000 --rerun-failed
`,
    )
    .action(async (dir: string, flags: TestFlags) => {
      const { runTest } = await import("./test/run-test.ts");
      onExit(await runTest({ dir, flags, terminal }));
    });
}

function defineTrace(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  program
    .command("trace")
    .description("Follow each requirement to task, criterion, evidence and commit; any hole is exit code 5.")
    .argument("[dir]", "project directory", ".")
    .option("--mermaid", "print a Mermaid flowchart")
    .option("--json", "print {rows, totals, holes, provesNothing, outdated} as JSON")
    .addHelpText("after", "\nExample:\n  ccb trace . --mermaid > trace.mmd\n")
    .action(async (dir: string, flags: TraceFlags) => {
      const { runTrace } = await import("./trace/run-trace.ts");
      onExit(await runTrace({ dir, flags, terminal }));
    });
}

function parseIds(text: string): string[] {
  const items = text.split(",").map((item) => item.trim());
  if (items.some((item) => item === "")) throw new InvalidArgumentError("It must be ids separated by commas.");
  return items;
}

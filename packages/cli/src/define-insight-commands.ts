import { type Command, InvalidArgumentError, Option } from "commander";
import type { AuditExportFlags, AuditVerifyFlags } from "./audit/run-audit.ts";
import type { DatabaseFlags, RollbackFlags } from "./db/run-db.ts";
import type { CallsFlags } from "./logs/run-calls.ts";
import type { LogsFlags } from "./logs/run-logs.ts";
import type { ReportFlags } from "./report/run-report.ts";
import type { Terminal } from "./terminal.ts";

type Define = (program: Command, terminal: Terminal, onExit: (code: number) => void) => void;

const directoryArgument = "project directory (default: the current one, else the newest in claude-builds)";

/** The commands that look at what a build has left, also while it runs. */
export const defineInsightCommands: Define = (program, terminal, onExit) => {
  defineLogs(program, terminal, onExit);
  defineAudit(program, terminal, onExit);
  defineReport(program, terminal, onExit);
  defineDatabase(program, terminal, onExit);
};

const defineLogs: Define = (program, terminal, onExit) => {
  const logs = program
    .command("logs")
    .enablePositionalOptions()
    .description("What a build logged, filtered (logs), and each model call in full (logs calls).")
    .argument("[dir]", directoryArgument)
    .option("-p, --phase <id>", "only what belongs to this phase")
    .option("-t, --task <id>", "only what belongs to this task")
    .option("-a, --agent <name>", "only what this agent did or wrote")
    .addOption(
      new Option("-l, --level <level>", "this level and those above").choices(["debug", "info", "warn", "error"]),
    )
    .option("-n, --tail <count>", "only the last records", parseCount)
    .option("-f, --follow", "go on with what is logged from now on, until Ctrl-C")
    .option("--json", "print the records as JSON, one a line")
    .addHelpText("after", "\nExamples:\n  ccb logs --level warn\n  ccb logs my-project --task api --follow --tail 20\n")
    .action(async (directory: string | undefined, flags: LogsFlags) => {
      const { runLogs } = await import("./logs/run-logs.ts");
      onExit(await runLogs({ directory, flags, terminal }));
    });
  defineCalls(logs, terminal, onExit);
};

const defineCalls: Define = (parent, terminal, onExit) => {
  const calls = parent.command("calls").description("The model calls of a build: list them, show one, compare two.");
  const command = (name: string, description: string) =>
    calls
      .command(name)
      .description(description)
      .option("-d, --dir <dir>", directoryArgument)
      .option("--json", "print JSON");
  command("list", "One call a line: number, time, agent, model, tokens, cost, time taken, outcome, phase and task.")
    .option("-p, --phase <id>", "only calls of this phase")
    .option("-t, --task <id>", "only calls of this task")
    .option("-a, --agent <name>", "only calls of this agent")
    .action(async (flags: CallsFlags) => {
      const { runCallsList } = await import("./logs/run-calls.ts");
      onExit(await runCallsList({ flags, terminal }));
    });
  command("show", "Request and answer of one call in full.")
    .argument("<number>", "as ccb logs calls list numbers them", parseCount)
    .action(async (number: number, flags: CallsFlags) => {
      const { runCallsShow } = await import("./logs/run-calls.ts");
      onExit(await runCallsShow({ number, flags, terminal }));
    });
  command("diff", "What differs between two calls, field by field. Exit code 0, also when they differ.")
    .argument("<before>", "number of a call", parseCount)
    .argument("<after>", "number of a call", parseCount)
    .action(async (before: number, after: number, flags: CallsFlags) => {
      const { runCallsDiff } = await import("./logs/run-calls.ts");
      onExit(await runCallsDiff({ numbers: [before, after], flags, terminal }));
    });
};

const defineAudit: Define = (program, terminal, onExit) => {
  const audit = program
    .command("audit")
    .description("Check that nothing of a build's log was changed (verify), or pack its proof into one file (export).");
  audit
    .command("verify")
    .description(
      "Check the audit log of a project or of a gateway, or a proof bundle: every byte, every call, every artifact.",
    )
    .argument("[path]", `a proof bundle, a gateway's .audit.jsonl, or a ${directoryArgument}`)
    .option("--head <hash>", "the last hash of the log as you know it, to find that the whole log was replaced")
    .option(
      "--repository <dir>",
      "a clone of the project of your own: the log must have the records that its commits name",
    )
    .option("--json", "print the report as JSON")
    .addHelpText("after", "\nExit codes: 0 nothing was changed · 5 something was · 2 there is nothing to check\n")
    .action(async (path: string | undefined, flags: AuditVerifyFlags) => {
      const { runAuditVerify } = await import("./audit/run-audit.ts");
      onExit(await runAuditVerify({ path, flags, terminal }));
    });
  audit
    .command("export")
    .description("Pack specification, plan, evidence, calls, costs and audit log into one .tar.gz that verifies alone.")
    .argument("[dir]", directoryArgument)
    .requiredOption("-o, --out <file>", "the archive to write")
    .option("-y, --yes", "replace the file where it is there")
    .option("--json", "print the report as JSON")
    .addHelpText("after", "\nExample:\n  ccb audit export --out proof.tar.gz && ccb audit verify proof.tar.gz\n")
    .action(async (directory: string | undefined, flags: AuditExportFlags) => {
      const { runAuditExport } = await import("./audit/run-audit.ts");
      onExit(await runAuditExport({ directory, flags, terminal }));
    });
};

const defineReport: Define = (program, terminal, onExit) => {
  program
    .command("report")
    .description("What a build took, cost and came to: durations, latencies, tokens, cost, criteria, errors, MCP.")
    .argument("[dir]", directoryArgument)
    .addOption(new Option("--json", "all figures as one JSON document").conflicts(["markdown", "html"]))
    .addOption(new Option("--markdown", "the report as Markdown").conflicts("html"))
    .option("--html", "one page with plots that needs nothing else")
    .option("--journals <folder>", "write agentJournal.md, masterGuide.md and stateRecovery.md into the folder instead")
    .option("-o, --out <file>", "write it to a file instead of standard output")
    .addHelpText("after", "\nExample:\n  ccb report --html --out report.html\n")
    .action(async (directory: string | undefined, flags: ReportFlags) => {
      const { runReport } = await import("./report/run-report.ts");
      onExit(await runReport({ directory, flags, terminal }));
    });
};

const defineDatabase: Define = (program, terminal, onExit) => {
  const database = program
    .command("db")
    .description("The tables of a project's database: what they are (status), bring up to date, undo a step.");
  const command = (name: string, description: string) =>
    database.command(name).description(description).argument("[dir]", directoryArgument).option("--json", "print JSON");
  command("status", "Every step of the tables, and when it was applied.").action(
    async (directory: string | undefined, flags: DatabaseFlags) => {
      const { runDatabaseStatus } = await import("./db/run-db.ts");
      onExit(await runDatabaseStatus({ directory, flags, terminal }));
    },
  );
  command("migrate", "Apply what is missing, after a copy of the database.").action(
    async (directory: string | undefined, flags: DatabaseFlags) => {
      const { runDatabaseMigrate } = await import("./db/run-db.ts");
      onExit(await runDatabaseMigrate({ directory, flags, terminal }));
    },
  );
  command(
    "rollback",
    "Undo the last step, after a copy of the database. What its tables held is then only in the copy.",
  )
    .option("-s, --steps <count>", "how many steps", parseCount, 1)
    .option("--set <name>", "only steps of these tables, as ccb db status names them")
    .option("-y, --yes", "do not ask")
    .action(async (directory: string | undefined, flags: RollbackFlags) => {
      const { runDatabaseRollback } = await import("./db/run-db.ts");
      onExit(await runDatabaseRollback({ directory, flags, terminal }));
    });
};

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text.trim())) throw new InvalidArgumentError("It must be a whole number above 0.");
  return Number(text);
}

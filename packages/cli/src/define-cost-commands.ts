import { type Command, InvalidArgumentError, Option } from "commander";
import { addRunFlags, parsePort } from "./config/run-flags.ts";
import type { CostFlags } from "./cost/run-cost.ts";
import type { GatewayFlags } from "./gateway/gateway-settings.ts";
import type { Terminal } from "./terminal.ts";

/** The commands about money: a gateway of its own, and what was spent. */
export function defineCostCommands(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  defineGateway(program, terminal, onExit);
  defineCost(program, terminal, onExit);
}

function defineGateway(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  const gateway = program
    .command("gateway")
    .description("Stand in front of any Claude Code: log every call, book what it costs, keep a cap. Until Ctrl-C.")
    .option("--upstream <url>", "server to forward to (default: ANTHROPIC_BASE_URL, else Anthropic)")
    .option("--max-cost <usd>", "US dollars that all calls of this ledger may cost (default: no cap)", parseNumber)
    .option("--max-cost-per-day <usd>", "US dollars that each day (UTC) may cost (default: no cap)", parseNumber)
    .option("--port <number>", "port on 127.0.0.1 (default: any free one)", parsePort)
    .option("--log-dir <dir>", "folder for the call log (default: ccb-gateway/api_calls)")
    .option("--db <file>", "ledger; it is kept, so that caps hold over restarts (default: ccb-gateway/costs.db)")
    .option("--json", "print what happens as JSON, one event a line");
  addRunFlags(gateway)
    .addHelpText(
      "after",
      `
Environment: ANTHROPIC_API_KEY or CLAUDE_CODE_BUILDER_ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN: held by the gateway, clients never see it.
             Without one the client's own credentials go through.
Example:
  ccb gateway --max-cost-per-day 20
  ccb cost ccb-gateway/costs.db --by session
`,
    )
    .action(async (flags: GatewayFlags) => {
      const { runGateway } = await import("./gateway/run-gateway.ts");
      onExit(await runGateway({ flags, terminal }));
    });
}

function defineCost(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  program
    .command("cost")
    .description("What a build has cost: by agent, phase, task, model and day; what is left; where it is heading.")
    .argument("[dir]", "project directory, or a ledger's file (default: this directory; with --all: claude-builds)")
    .option("--all", "all projects below the folder, and how forecasts compare with what builds cost")
    .addOption(
      new Option("--by <what>", "only one way of grouping").choices([
        "agent",
        "phase",
        "task",
        "model",
        "session",
        "hour",
        "day",
        "week",
      ]),
    )
    .option("--csv", "CSV: one line a call; with --by one line a group")
    .option("--json", "one JSON document; costs are whole micro-dollars")
    .option("--prices <file>", "project to the end at the prices of this file (default: those of the build)")
    .addHelpText(
      "after",
      "\nExample:\n  ccb cost claude-builds/notes_20261121_101500 --by task\n  ccb cost --all --csv > calls.csv\n",
    )
    .action(async (directory: string | undefined, flags: CostFlags) => {
      const { runCost } = await import("./cost/run-cost.ts");
      onExit(runCost({ directory, flags, terminal }));
    });
}

function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("It must be a number.");
  return value;
}

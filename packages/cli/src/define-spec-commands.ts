import { type Command, InvalidArgumentError } from "commander";
import type { ChunkFlags } from "./chunk/run-chunk.ts";
import type { PlanFlags } from "./plan/run-plan.ts";
import type { SpecLintFlags } from "./spec/run-spec-lint.ts";
import type { Terminal } from "./terminal.ts";

const specArgument = 'specification: a file, several files, a folder, or "-" for standard input';

/** The commands that only look at a specification: they need no key, call nobody and build nothing. */
export function defineSpecCommands(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  definePlan(program, terminal, onExit);
  defineChunk(program, terminal, onExit);
  const spec = program
    .command("spec")
    .description("Review a specification (spec lint), or compare two versions of it (spec diff).");
  defineDiff(spec, terminal, onExit);
  defineLint(spec, terminal, onExit);
}

function definePlan(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  program
    .command("plan")
    .description("Show a plan made by rule: requirements, phases, tasks, criteria, forecast. No key, no cost.")
    .argument("<spec...>", specArgument)
    .option("-m, --model <id>", "model the build would use; the forecast is priced for it (default: claude-opus-5-5)")
    .option("-n, --project-name <name>", "name of the project (default: from the specification)")
    .option(
      "-o, --output-dir <dir>",
      "project directory to keep the artifacts in (default: none, nothing is left behind)",
    )
    .option(
      "-y, --yes",
      "ask nothing about an output directory that is not empty: resume a CCB project, back up anything else",
    )
    .option("--json", "print {requirements, plan, criteria, forecast} as one JSON document")
    .addHelpText("after", "\nExample:\n  ccb plan spec.md --json > plan.json\n")
    .action(async (spec: string[], flags: PlanFlags) => {
      const { runPlan } = await import("./plan/run-plan.ts");
      onExit(await runPlan({ spec, flags, terminal }));
    });
}

function defineChunk(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  program
    .command("chunk")
    .description(
      "Show how a specification is cut for a model's context window; joined, the chunks are the specification.",
    )
    .argument("<spec...>", specArgument)
    .option("--window <tokens>", "context window of the model in tokens", parseTokens, 200_000)
    .option("--overlap <tokens>", "tokens of the text before a chunk to give with it (default: none)", parseCount)
    .option("-o, --output-dir <dir>", "new or empty folder: a file for each chunk's text, and chunks.json")
    .option("--json", "print spans, navigation and texts as JSON; with --output-dir names of files instead of texts")
    .addHelpText("after", "\nExample:\n  ccb chunk spec.md --window 32000 --output-dir chunks\n")
    .action(async (spec: string[], flags: ChunkFlags) => {
      const { runChunk } = await import("./chunk/run-chunk.ts");
      onExit(await runChunk({ spec, flags, terminal }));
    });
}

function defineDiff(parent: Command, terminal: Terminal, onExit: (code: number) => void): void {
  parent
    .command("diff")
    .description(
      "Requirements added, removed, changed and moved between two versions. Exit code 0, also when they differ.",
    )
    .argument("<before>", 'the older version: a file, a folder, or "-" for standard input')
    .argument("<after>", 'the newer version: a file, a folder, or "-" for standard input')
    .option("--json", "print {added, removed, changed, moved, unchanged} as JSON, with files and lines")
    .addHelpText("after", "\nExample:\n  git show HEAD~1:spec.md | ccb spec diff - spec.md\n")
    .action(async (before: string, after: string, flags: { json?: boolean }) => {
      const { runSpecDiff } = await import("./spec/run-spec-diff.ts");
      onExit(await runSpecDiff({ before, after, flags, terminal }));
    });
}

function defineLint(parent: Command, terminal: Terminal, onExit: (code: number) => void): void {
  parent
    .command("lint")
    .description("Ambiguous words, what no test can show, duplicates, contradictions, dangling references.")
    .argument("<spec...>", specArgument)
    .option("--strict", "exit with code 5 when there are findings (default: 0)")
    .option("--json", "print {counts, findings} as JSON, with files and lines")
    .addHelpText("after", "\nExample:\n  ccb spec lint docs/ --strict\n")
    .action(async (spec: string[], flags: SpecLintFlags) => {
      const { runSpecLint } = await import("./spec/run-spec-lint.ts");
      onExit(await runSpecLint({ spec, flags, terminal }));
    });
}

function parseTokens(text: string): number {
  const value = parseCount(text);
  if (value === 0) throw new InvalidArgumentError("It must be a whole number of tokens above 0.");
  return value;
}

function parseCount(text: string): number {
  if (!/^\d{1,12}$/.test(text.trim()))
    throw new InvalidArgumentError("It must be a whole number of tokens, 0 or more.");
  return Number(text);
}

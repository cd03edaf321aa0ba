import type { Command } from "commander";
import type { SecretsFlags } from "./secrets/run-secrets.ts";
import type { Terminal } from "./terminal.ts";
import type { ValidateFlags } from "./validate/run-validate.ts";

/** The commands that judge a project as it stands: they need no key and call no model. */
export function defineCheckCommands(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  program
    .command("validate")
    .description(
      "Look for what keeps a project from production: cheats in its code, its own checks, secrets, service, README.",
    )
    .argument("[dir]", "folder of the project (default: the current one)")
    .option(
      "--only <areas>",
      "look only at these, separated by commas: code, format, lint, types, dependencies, licences, secrets, service, readme",
      splitList,
    )
    .option("--no-run", "run nothing of the project: only code, licences and secrets")
    .option("--json", "print {findings, reports, waived, lapsed} as one JSON document")
    .addHelpText(
      "after",
      "\nCommands of the project run in a copy of it, with your rights. People sign for findings in gate-waivers.json.\nExit code 5 when there are findings.\n\nExample:\n  ccb validate build/shop --only code,secrets\n",
    )
    .action(async (directory: string | undefined, flags: ValidateFlags) => {
      const { runValidate } = await import("./validate/run-validate.ts");
      onExit(await runValidate({ directory, flags, terminal }));
    });
  program
    .command("secrets")
    .description("Find keys, tokens and passwords in a project, in what is staged, or in commits.")
    .argument("[dir]", "folder of the project (default: the current one)")
    .option("--staged", "only the lines that the next commit would add")
    .option("--range <commits>", 'the lines that each commit adds: "main..HEAD", or "HEAD" for the whole history')
    .option("--install-hook", "install a pre-commit hook that stops a commit with a secret")
    .option("--json", "print {findings} as one JSON document")
    .addHelpText("after", "\nExit code 5 when there are secrets.\n\nExample:\n  ccb secrets --range main..HEAD\n")
    .action(async (directory: string | undefined, flags: SecretsFlags) => {
      const { runSecrets } = await import("./secrets/run-secrets.ts");
      onExit(await runSecrets({ directory, flags, terminal }));
    });
}

function splitList(text: string): string[] {
  return text.split(",").map((name) => name.trim());
}

import { type Command, Option } from "commander";

/** Adds the options that say where and with what checks run; `sandbox` is the default. */
export function defineCheckPlaceOptions(command: Command, sandbox: "auto" | "none" | undefined): Command {
  const kind = new Option("--sandbox <kind>", "where what was built runs; auto takes the best that this machine has");
  kind.choices(["auto", "docker", "bubblewrap", "local", "none"]);
  if (sandbox !== undefined) kind.default(sandbox);
  return command
    .addOption(kind)
    .option("--network", "let it reach the network from the sandbox")
    .option(
      "--environment <file>",
      "YAML or JSON file with services to start beside it: PostgreSQL, Redis, any command",
    )
    .option("--check-kinds <module>", "JavaScript or TypeScript module with kinds of check of your own");
}

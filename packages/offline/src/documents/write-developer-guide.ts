import { describeFile } from "./_describe-file.ts";
import { blocks, code, list, numbered, section, table } from "./_markdown.ts";
import type { DocumentFacts } from "./read-facts.ts";
import { sourceFiles } from "./write-architecture.ts";

export function writeDeveloperGuide(facts: DocumentFacts): string {
  const { service, scripts } = facts;
  const files = sourceFiles(facts);
  const commands = Object.entries(scripts).map(([name, script]) => [
    name === "start" || name === "test" ? `\`npm ${name}\`` : `\`npm run ${name}\``,
    `\`${script}\``,
  ]);
  const entry = /\b([\w./-]+\.m?[jt]s)\b/.exec(scripts.start ?? "")?.[1];
  return blocks(
    [
      `# Developer guide of ${facts.name}`,
      section("Setting up", [
        service ? "Install Node.js 24 or later and clone the repository. There are no dependencies." : "",
        table(["Command", "Runs"], commands),
      ]),
      section("Layout", [code("text", files.map(({ path }) => path).join("\n"))]),
      section("Where to begin reading", [
        entry === undefined
          ? ""
          : `\`${entry}\`${describeFile(entry, facts) ? `: ${describeFile(entry, facts)}` : ""} is what \`npm start\` runs; follow its imports.`,
        "`CLAUDE.md` holds the conventions of the project, `artifacts/specification.md` the specification, `artifacts/plan.json` the plan.",
      ]),
      service && section("Usual changes", [changes(facts)]),
      section("Conventions", [
        list([
          "Names are those of the specification.",
          "A change comes with a test that fails without it.",
          ...(facts.plan.phases.length > 0
            ? ["Each task of the plan is one commit; its trailers name the task and the requirements."]
            : []),
        ]),
      ]),
      service &&
        section("Looking for a fault", [
          numbered([
            "Run `npm test`; a failing test names the file and the line.",
            `Start the service with a database of its own (\`${service.environment.databaseFile}\`) and send the request with \`curl -i\`.`,
            "Compare status and body with `docs/api.md`; an answer of 500 is always a fault of the service.",
          ]),
        ]),
    ].map((part) => part || undefined),
  );
}

function changes(facts: DocumentFacts): string {
  const entity = facts.service?.entities[0];
  const file = facts.files.find(
    ({ path }) => entity && path.includes(entity.plural.replaceAll("_", "-")) && !/test/.test(path),
  )?.path;
  const where =
    file === undefined
      ? "in the description of its resource"
      : `in the description of its resource (for \`${entity?.plural}\`: \`${file}\`)`;
  return blocks([
    "A new field:",
    numbered([
      `Add it ${where}, with its type and rules.`,
      "Extend the test of the resource.",
      "Run `npm test`. An existing database needs the column too; for a trial delete the file.",
    ]),
    "A new rule for a field, a new filter or another limit: the same place. A new endpoint: beside the ones of its resource.",
  ]);
}

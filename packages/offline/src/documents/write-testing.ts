import { coverageSentence, coverageTable, waiverList } from "./_coverage.ts";
import { describeFile } from "./_describe-file.ts";
import { blocks, code, list, section, table } from "./_markdown.ts";
import type { DocumentFacts } from "./read-facts.ts";

export function writeTesting(facts: DocumentFacts): string {
  const tests = facts.files.filter(
    ({ path }) => /(?:^|[/._-])tests?(?:[/._-]|$)|_test\.\w+$/.test(path) && !path.startsWith("docs/"),
  );
  const rows = tests.map(({ path, bytes }) => {
    const names = testNames(facts.contents.get(path) ?? "");
    return [
      `\`${path}\``,
      describeFile(path, facts),
      names.length > 0 ? names.slice(0, 12).join("; ") : `${bytes} bytes`,
    ];
  });
  const { test } = facts.scripts;
  return blocks([
    `# Testing ${facts.name}`,
    section(
      "Running the tests",
      test === undefined ? ["The files name no test command."] : [code("sh", "npm test"), `It runs \`${test}\`.`],
    ),
    section("Test files", [table(["File", "Purpose", "Covers"], rows)]),
    section("Acceptance criteria", [
      facts.criteria.length > 0 ? "CCB checked these itself, against the running product:" : "",
      table(
        ["Criterion", "What is checked", "Result", "Seen"],
        facts.criteria.map(({ id, description, result, summary }) => [id, description, result, summary]),
      ),
    ]),
    section("Requirements", [coverageSentence(facts), coverageTable(facts)]),
    section("Not tested", [waiverList(facts) || list(["Nothing was left out of the plan."])]),
    facts.service &&
      section("Adding a test", [
        "Put a file beside the other tests with the same ending; the runner finds it. Start the service on a free port with a database in a fresh folder, as the other tests do, and send requests with `fetch`.",
      ]),
  ]);
}

function testNames(content: string): string[] {
  return [...content.matchAll(/\b(?:test|it|describe)\(\s*(["'`])(.+?)\1/g)].map((match) => match[2] ?? "");
}

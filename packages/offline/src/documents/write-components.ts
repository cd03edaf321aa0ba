import { describeFile, listExports, listImports } from "./_describe-file.ts";
import { blocks, section, table } from "./_markdown.ts";
import type { DocumentFacts } from "./read-facts.ts";
import { sourceFiles } from "./write-architecture.ts";

export function writeComponents(facts: DocumentFacts): string {
  const files = sourceFiles(facts);
  const shown = files.filter(({ path }) => facts.contents.has(path));
  const rest = files.filter(({ path }) => !facts.contents.has(path));
  return blocks(
    [
      `# Components of ${facts.name}`,
      files.length === 0
        ? "The project has no source files."
        : `${files.length} source files; what is said of a file is taken from its own text.`,
      ...shown.map(({ path, bytes }) =>
        section(`\`${path}\``, [describeFile(path, facts), component(facts.contents.get(path) ?? "", bytes)]),
      ),
      rest.length > 0 &&
        section("Further files", [
          table(
            ["File", "Bytes", "Purpose"],
            rest.map(({ path, bytes }) => [`\`${path}\``, String(bytes), describeFile(path, facts)]),
          ),
        ]),
      section("Who made what", [
        table(
          ["Task", "Files"],
          facts.tasks.map((task) => [task.name, task.files.map((file) => `\`${file}\``).join(", ")]),
        ),
      ]),
    ].map((part) => part || undefined),
  );
}

function component(content: string, bytes: number): string {
  const names = (items: string[]) => items.map((item) => `\`${item}\``).join(", ");
  const rows = [
    ["Size", `${bytes} bytes`],
    ["Exports", names(listExports(content))],
    ["Uses", names(listImports(content))],
    [
      "Must not break",
      listExports(content).length > 0
        ? "the names and the meaning of its exports; the files that import it rely on them"
        : "how it is started or read by name",
    ],
  ];
  return table(
    ["", ""],
    rows.filter(([, text]) => text !== ""),
  );
}

import { expect, test } from "vitest";
import { readReadmeCommands } from "./_readme-commands.ts";

test("commands of marked blocks only, one a line, comments out, continued lines joined", () => {
  const text = [
    "<!-- ci -->",
    "```bash",
    "# first",
    "npx a \\",
    "  --b",
    "",
    "pnpm test",
    "```",
    "```bash",
    "never",
    "```",
    "  <!--ci-->",
    "",
    "```sh",
    "second",
    "```",
  ].join("\n");
  expect(readReadmeCommands(text)).toEqual(["npx a --b", "pnpm test", "second"]);
  expect(readReadmeCommands("# Title\n```bash\nnever\n```")).toEqual([]);
});

test.each(["<!-- ci -->\ntext", "<!-- ci -->\n```js\n1\n```", "<!-- ci -->\n```bash\nopen", "<!-- ci -->"])(
  "a mark that marks nothing is refused: %j",
  (text) => {
    expect(() => readReadmeCommands(text)).toThrow("line 1");
  },
);

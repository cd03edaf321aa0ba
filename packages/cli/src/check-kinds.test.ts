import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPromptSection } from "@ccb/core";
import { type Conversation, createScriptedModel } from "@ccb/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bash, honestFiles, ordersSpecification, renderWrites, scriptOrders } from "../test-support/orders-product.ts";
import { runCcb } from "../test-support/run-ccb.ts";

let cwd: string;
beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-kinds-")));
  await writeFile(join(cwd, "spec.md"), ordersSpecification);
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

/** A module as a user writes it, in TypeScript and without any package. */
const moduleText = `import { readFile } from "node:fs/promises";
import { join } from "node:path";

interface Input {
  file: string;
  words: string;
}

export default [
  {
    name: "has-words",
    version: 1,
    description: "looks for words in a file",
    example: { file: "src/routes.js", words: "health" },
    parse(input: unknown): Input {
      const { file, words } = Object(input) as Partial<Input>;
      if (typeof file !== "string" || typeof words !== "string") throw new TypeError("file and words are texts");
      return { file, words };
    },
    async run({ file, words }: Input, { cwd }: { cwd: string }) {
      const text = await readFile(join(cwd, file), "utf8").catch(() => "");
      const observation = { passed: text.includes(words), what: "words in " + file, expected: words, received: text.slice(0, 40) };
      return { observations: [observation], output: "" };
    },
  },
];
`;

/** A criterion of the user's own kind for each requirement, where the prompt offers the kind. */
function criteriaOf({ firstUserText }: Conversation) {
  const lines = (readPromptSection(firstUserText, "requirements")?.content ?? "").split("\n").filter(Boolean);
  const offered = /"kind":"custom","use":"has-words","input":\{"file":"src\/routes\.js","words":"health"\}/;
  return lines
    .map((line) => JSON.parse(line) as { id: string; text: string })
    .map(({ id, text }) => {
      const isOrders = text.includes("/orders");
      const input = { file: "src/routes.js", words: isOrders ? "POST /orders" : "GET /health" };
      return {
        id: isOrders ? "ORDERS" : "HEALTH",
        category: "functional",
        description: "The route is there",
        steps: ["Look"],
        expectedResult: "It names the route",
        validationMethod: "has-words",
        testData: [],
        requirementIds: [id],
        check: offered.test(firstUserText) ? { kind: "custom", use: "has-words", input } : null,
      };
    });
}

test("a build and ccb test hold a project to criteria of the user's own kind", { timeout: 180_000 }, async () => {
  await writeFile(join(cwd, "kinds.ts"), moduleText);
  let files: Record<string, string> = {
    ...honestFiles,
    "src/routes.js": (honestFiles["src/routes.js"] ?? "").replace("POST /orders", "PUT /orders"),
  };
  const model = await createScriptedModel({
    rules: [
      {
        when: "acceptance-generator",
        reply: (conversation) => ({
          content: [{ type: "text", text: JSON.stringify({ criteria: criteriaOf(conversation) }) }],
        }),
      },
      ...scriptOrders(() => ({ tools: [bash(renderWrites(files))], says: "Done." })),
    ],
  });
  const environment = { ANTHROPIC_API_KEY: "sk-ant-test-0123456789abcdef" };
  const run = (...args: string[]) => runCcb({ args, cwd, environment });
  try {
    const build = ["init", "spec.md", "--base-url", model.url, "--yes", "-o", "out"];
    const lying = await run(...build, "--check-kinds", "kinds.ts");
    expect(lying.stdout).toMatch(/ORDERS: The route is there\n.*words in src\/routes\.js: expected POST \/orders/);
    expect(lying.code).toBe(5);

    files = honestFiles;
    // The build knows its kinds from before.
    const mended = await run("resume", "out", "--yes", "--from-task", "orders");
    expect(mended.stdout).toContain("Done: Every phase is built.");
    expect(mended.code).toBe(0);

    const tested = await run("test", "out", "--sandbox", "none", "--check-kinds", "kinds.ts");
    // Checks run side by side, so either may be told first.
    for (const told of ["pass HEALTH", "pass ORDERS", "2 of 2 criteria passed"]) expect(tested.stdout).toContain(told);
    expect(tested.code).toBe(0);

    const unknown = await run("test", "out", "--sandbox", "none");
    expect(unknown.stdout).toMatch(/FAIL HEALTH .*\n.*no kind "has-words" was added \(added: none\)/);
    expect(unknown.code).toBe(5);
    expect(`${lying.stderr}${mended.stderr}${tested.stderr}${unknown.stderr}`).toBe("");
  } finally {
    await model.close();
  }
});

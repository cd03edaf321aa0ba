import { type Plan, readPromptSection } from "@ccb/core";
import type { ContentBlock, Conversation, ScriptRule } from "@ccb/testing";

/** A service in two phases: `base` is a health check and a tested function, `orders` keeps orders in a database. */
export const ordersSpecification = `# Orders

A service that keeps orders.

## Requirements

- FR-1: GET /health must answer with {"status": "ok"} while the service works.
- FR-2: POST /orders must keep an order in an SQLite database, and GET /orders must list them.
`;

const server = `import { createServer } from "node:http";
import { routes } from "./src/routes.js";

async function readBody(request) {
  let text = "";
  for await (const part of request) text += part;
  return text === "" ? undefined : JSON.parse(text);
}

const server = createServer(async (request, response) => {
  const route = routes[request.method + " " + request.url];
  const send = (status, value) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(value));
  };
  if (route === undefined) return send(404, { error: "not found" });
  try {
    send(200, await route(await readBody(request)));
  } catch (error) {
    console.error(error);
    send(500, { error: "internal error" });
  }
});
server.listen(Number(process.env.PORT), "127.0.0.1");
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

const scripts = { start: "node server.js", test: "node --test" };

/** Files of the first phase; every session of it is honest. */
const baseFiles: Record<string, string> = {
  "package.json": `${JSON.stringify({ name: "orders", type: "module", scripts }, null, 2)}\n`,
  "server.js": server,
  "src/routes.js": `export const routes = { "GET /health": () => ({ status: "ok" }) };\n`,
  "src/double.js": "export function double(count) {\n  return count * 2;\n}\n",
  "test/double.test.js": `import assert from "node:assert/strict";
import { test } from "node:test";
import { double } from "../src/double.js";

test("doubles", () => {
  assert.equal(double(2), 4);
  assert.equal(double(-3), -6);
});
`,
};

/** Files of the second phase, as an honest session makes them. */
export const honestFiles: Record<string, string> = {
  "src/orders.js": `import { DatabaseSync } from "node:sqlite";

export function openOrders(file) {
  const database = new DatabaseSync(file);
  database.exec("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, item TEXT NOT NULL)");
  return {
    add(item) {
      database.prepare("INSERT INTO orders (item) VALUES (?)").run(item);
      return { item };
    },
    list: () => database.prepare("SELECT item FROM orders ORDER BY id").all(),
  };
}
`,
  "src/routes.js": `import { openOrders } from "./orders.js";

const orders = openOrders("orders.db");

export const routes = {
  "GET /health": () => ({ status: "ok", orders: orders.list().length }),
  "POST /orders": ({ item }) => orders.add(item),
  "GET /orders": () => ({ orders: orders.list() }),
};
`,
  "test/orders.test.js": `import assert from "node:assert/strict";
import { test } from "node:test";
import { openOrders } from "../src/orders.js";

test("keeps orders", () => {
  const orders = openOrders(":memory:");
  orders.add("tea");
  orders.add("cups");
  assert.deepEqual(orders.list().map(({ item }) => item), ["tea", "cups"]);
});
`,
};

/** The shell command that writes files. */
export function renderWrites(files: Record<string, string>): string {
  return Object.entries(files)
    .map(([path, text]) => `mkdir -p "$(dirname '${path}')" && cat > '${path}' <<'END_OF_FILE'\n${text}END_OF_FILE`)
    .join("\n");
}

/** How a session of the second phase goes about it. */
export interface SessionPlay {
  /** Tool calls of its first turn. */
  tools: ContentBlock[];
  /** What it says at its end. */
  says: string;
}

/** Rules of a model that plans honestly, builds the first phase honestly, and plays the second as it is told. */
export function scriptOrders(play: () => SessionPlay): ScriptRule[] {
  const agent = (when: string, answer: (conversation: Conversation) => ContentBlock[]): ScriptRule => ({
    when,
    reply: (conversation) => ({ content: answer(conversation) }),
  });
  return [
    agent("spec-analyzer", () => json(analysis)),
    agent("task-generator", (conversation) => json(planFor(conversation))),
    agent("acceptance-generator", (conversation) => json(criteriaFor(conversation))),
    agent("instruction-builder", () => json({ conventions: [], architecture: [], pitfalls: [], commands: [] })),
    agent("documentation-agent", () => [
      { type: "text", text: "# Orders\n\nKeeps orders.\n\n```mermaid\nflowchart LR\n  client --> server\n```\n" },
    ]),
    agent("builder", (conversation) => {
      const task = JSON.parse(readPromptSection(conversation.firstUserText, "task")?.content ?? "{}") as { id: string };
      const base = { tools: [bash(renderWrites(baseFiles))], says: "The base stands." };
      return playTurn(conversation, task.id === "base" ? base : play());
    }),
    { when: ({ agent: name }) => name === undefined, reply: { content: [{ type: "text", text: "ok" }] } },
  ];
}

export function bash(command: string): ContentBlock {
  return { type: "tool_use", name: "Bash", input: { command, description: "Work" } };
}

/** One turn of tools for everything the session is told anew, with the memory and git that the policy asks for; then the last word. Sent back, it changes nothing. */
function playTurn(conversation: Conversation, { tools, says }: SessionPlay): ContentBlock[] {
  const { messages } = conversation.request;
  const isToolResult = ({ content }: (typeof messages)[number]) =>
    typeof content !== "string" && content.some(({ type }) => type === "tool_result");
  const turns = messages.filter((message) => message.role === "user" && isToolResult(message)).length;
  const sentBack = messages.filter(
    ({ role, content }) => role === "user" && JSON.stringify(content).includes("does not take it yet"),
  ).length;
  if (turns > sentBack) return [{ type: "text", text: says }];
  const entities = [{ name: `orders ${Date.now()}`, entityType: "service", observations: ["it keeps orders"] }];
  return [
    ...(turns === 0 ? tools : []),
    { type: "tool_use", name: "mcp__memory__create_entities", input: { entities } },
    { type: "tool_use", name: "mcp__git__git_status", input: { path: "./" } },
  ];
}

function json(value: unknown): ContentBlock[] {
  return [{ type: "text", text: JSON.stringify(value) }];
}

const analysis = {
  projectName: "Orders",
  projectType: "HTTP service",
  summary: "Keeps orders.",
  complexity: "simple",
  complexityScore: 2,
  complexityReasons: [],
  technologies: ["Node.js"],
  components: [{ name: "server", purpose: "answers requests" }],
  risks: [],
  openQuestions: [],
  estimatedHours: 1,
};

function readRequirements(conversation: Conversation): { id: string; text: string }[] {
  const section = readPromptSection(conversation.firstUserText, "requirements");
  return (section?.content ?? "")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { id: string; text: string });
}

function planFor(conversation: Conversation): Plan {
  const requirements = readRequirements(conversation);
  const idsOf = (word: string) => requirements.flatMap(({ id, text }) => (text.includes(word) ? [id] : []));
  const rest = requirements.filter(({ text }) => !text.includes("/health") && !text.includes("/orders"));
  const phase = (id: string, files: string[], requirementIds: string[]): Plan["phases"][number] => ({
    id,
    name: id,
    goal: `The part ${id} works.`,
    tasks: [
      {
        id,
        name: `Build ${id}`,
        description: `Build the part ${id}.`,
        dependsOn: [],
        files,
        requirementIds,
        size: "S",
      },
    ],
  });
  return {
    phases: [
      phase("base", Object.keys(baseFiles), idsOf("/health")),
      phase("orders", Object.keys(honestFiles), idsOf("/orders")),
    ],
    waivers: rest.map(({ id }) => ({ requirementId: id, reason: "It is no demand." })),
  };
}

function criteriaFor(conversation: Conversation) {
  const service = { command: "npm start", readyPath: "/health" };
  const get = (path: string, at: string, value: string) => ({
    method: "GET",
    path,
    expect: { status: 200, json: [{ path: at, op: "equals", value }] },
  });
  const post = { method: "POST", path: "/orders", body: { item: "saffron" }, expect: { status: 200 } };
  return {
    criteria: readRequirements(conversation).map(({ id, text }) => {
      const isOrders = text.includes("/orders");
      const requests = isOrders ? [post, get("/orders", "orders.0.item", "saffron")] : [get("/health", "status", "ok")];
      return {
        id: isOrders ? "ORDERS" : "HEALTH",
        category: "functional",
        description: isOrders ? "Orders are kept and listed" : "The service is healthy",
        steps: ["Ask"],
        expectedResult: "200 and the right JSON",
        validationMethod: "http",
        testData: [],
        requirementIds: [id],
        check: { kind: "http", service, requests },
      };
    }),
  };
}

import type { Analysis, Plan } from "@ccb/core";
import { readPromptSection } from "@ccb/core";
import type { ContentBlock, Conversation, ScriptRule } from "@ccb/testing";

/** A specification small enough to be planned by hand. */
export const noticeSpecification = `# Notice Board

A small HTTP service that shows one notice.

## Requirements

- FR-1: The service must answer GET /health with status 200 and the JSON body {"status":"ok"}.
- FR-2: The service must answer GET /notice with the notice text as JSON.
- FR-3: The service should send a weekly e-mail digest.
`;

const analysis: Analysis = {
  projectName: "Notice Board",
  projectType: "REST service",
  summary: "A service that shows one notice.",
  complexity: "simple",
  complexityScore: 5,
  complexityReasons: ["Two endpoints."],
  technologies: ["Node.js"],
  components: [{ name: "server", purpose: "answers requests" }],
  risks: [{ description: "None worth naming.", severity: "low", mitigation: "Keep it small." }],
  openQuestions: ["Who may change the notice?"],
  estimatedHours: 1,
};

/** Source of the service a scripted session writes; `notice` is what GET /notice answers with. */
export function renderServer(notice: string): string {
  return `import { createServer } from "node:http";
const server = createServer((request, response) => {
  const answer = { "/health": { status: "ok" }, "/notice": { notice: ${JSON.stringify(notice)} } }[request.url];
  response.writeHead(answer ? 200 : 404, { "content-type": "application/json" });
  response.end(JSON.stringify(answer ?? { error: "not found" }));
});
server.listen(Number(process.env.PORT), "127.0.0.1");
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;
}

const manifest = JSON.stringify(
  { name: "notice-board", type: "module", scripts: { start: "node server.js" } },
  null,
  2,
);

interface Listed {
  id: string;
  text: string;
}

/** The requirements of a prompt, in the order of the specification. */
export function readRequirements(conversation: Conversation): Listed[] {
  const section = readPromptSection(conversation.firstUserText, "requirements");
  return (section?.content ?? "")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Listed);
}

function json(value: unknown): ContentBlock[] {
  return [{ type: "text", text: JSON.stringify(value) }];
}

function planFor(conversation: Conversation): Plan {
  const requirements = readRequirements(conversation);
  const waived = requirements.filter(({ text }) => text.includes("e-mail"));
  const idsOf = (word: string) => requirements.filter(({ text }) => text.includes(word)).map(({ id }) => id);
  const rest = requirements.filter(({ text }) => !/e-mail|\/health|\/notice/.test(text)).map(({ id }) => id);
  return {
    phases: [
      {
        id: "service",
        name: "Service",
        goal: "The service runs and shows the notice.",
        tasks: [
          {
            id: "health",
            name: "Serve the health check",
            description: "GET /health",
            dependsOn: [],
            files: ["server.js"],
            requirementIds: [...idsOf("/health"), ...rest],
            size: "S",
          },
          {
            id: "notice",
            name: "Serve the notice",
            description: "GET /notice",
            dependsOn: ["health"],
            files: ["server.js"],
            requirementIds: idsOf("/notice"),
            size: "S",
          },
        ],
      },
    ],
    waivers: waived.map(({ id }) => ({ requirementId: id, reason: "No mail server is available." })),
  };
}

function criteriaFor(conversation: Conversation) {
  const service = { command: "npm start", readyPath: "/health" };
  return {
    criteria: readRequirements(conversation).map(({ id, text }, index) => {
      const path = text.includes("/notice") ? "/notice" : "/health";
      const json =
        path === "/notice"
          ? [{ path: "notice", op: "equals", value: "Hello" }]
          : [{ path: "status", op: "equals", value: "ok" }];
      return {
        id: `FC00${index + 1}`,
        category: "functional",
        description: `GET ${path} answers`,
        steps: [`GET ${path}`],
        expectedResult: "200 and the right JSON",
        validationMethod: "http",
        testData: [],
        requirementIds: [id],
        check: { kind: "http", service, requests: [{ method: "GET", path, expect: { status: 200, json } }] },
      };
    }),
  };
}

/** The tool calls of a session, one turn after the other; the last turn is its closing text. */
export interface SessionScript {
  /** What GET /notice will answer with. */
  notice: string;
  /** Leave out the calls to these servers. */
  skip?: ("memory" | "git")[];
}

/** Turns of a task session: write the files, use memory and git, end. */
export function playSession(conversation: Conversation, script: SessionScript): ContentBlock[] {
  const done = new Set(conversation.toolUses.map(({ name }) => name));
  const task = JSON.parse(readPromptSection(conversation.firstUserText, "task")?.content ?? "{}") as { id: string };
  const steps: ContentBlock[] = [];
  if (!done.has("Bash")) {
    const write = `cat > server.js <<'EOF'\n${renderServer(script.notice)}EOF\ncat > package.json <<'EOF'\n${manifest}\nEOF\nmkdir -p notes && echo ${task.id} > notes/${task.id}.txt`;
    steps.push({ type: "tool_use", name: "Bash", input: { command: write, description: "Write the service" } });
  } else {
    if (!done.has("mcp__memory__create_entities") && !script.skip?.includes("memory")) {
      // A name that is new each time: to remember what is known already does not count as a use of the memory.
      const entities = [
        { name: `task ${task.id} ${Date.now()}`, entityType: "service", observations: ["server.js answers requests"] },
      ];
      steps.push({ type: "tool_use", name: "mcp__memory__create_entities", input: { entities } });
    }
    if (!done.has("mcp__git__git_status") && !script.skip?.includes("git")) {
      steps.push({ type: "tool_use", name: "mcp__git__git_status", input: { path: "./" } });
    }
  }
  return steps.length > 0 ? steps : [{ type: "text", text: "The service is written and answers." }];
}

const guidance = {
  conventions: ["Plain node:http."],
  architecture: ["One file."],
  pitfalls: ["Read PORT."],
  commands: [],
};

/** Rules that play every agent and the sessions of this product; `usage` is billed for every answer. */
export function scriptProduct(options: {
  session: (conversation: Conversation) => SessionScript;
  usage: { inputTokens: number; outputTokens: number; cacheReadTokens: number; cacheWrite5mTokens: number };
}): ScriptRule[] {
  const { usage } = options;
  const agent = (when: string, answer: (conversation: Conversation) => ContentBlock[]): ScriptRule => ({
    when,
    reply: (conversation) => ({ content: answer(conversation), usage }),
  });
  return [
    agent("spec-analyzer", () => json(analysis)),
    agent("task-generator", (conversation) => json(planFor(conversation))),
    agent("acceptance-generator", (conversation) => json(criteriaFor(conversation))),
    agent("instruction-builder", () => json(guidance)),
    agent("documentation-agent", () => [
      {
        type: "text",
        text: "# Notice Board\n\nShows one notice.\n\n```mermaid\nflowchart LR\n  client --> server\n```\n",
      },
    ]),
    agent("builder", (conversation) => playSession(conversation, options.session(conversation))),
    {
      when: (conversation) => conversation.agent === undefined,
      reply: { content: [{ type: "text", text: "ok" }], usage },
    },
  ];
}

import {
  type Analysis,
  defineAgent,
  type Phase,
  type PhaseCriteria,
  type Plan,
  phaseCriteriaSchema,
  type Requirement,
} from "@ccb/core";
import {
  joinPrompt,
  renderJsonSection,
  renderList,
  renderPlan,
  renderRequirements,
  renderSpecification,
  renderSystem,
  type SpecificationPart,
} from "../_prompt-parts.ts";
import { listCriteriaProblems, manualPrefix } from "./_check-criteria.ts";

export interface AcceptanceGeneratorInput {
  phase: Phase;
  plan: Plan;
  /** The requirements that the phase's tasks fulfil. */
  requirements: readonly Requirement[];
  specification: SpecificationPart;
  analysis: Analysis;
  /** What is settled beyond specification and plan, a sentence each: how the product is started, for example. */
  projectFacts?: readonly string[];
  /** Kinds of check that the user of CCB added; the model may use these beside CCB's own. */
  customChecks?: readonly CustomCheckKind[];
}

/** A kind of check as the model is told of it. */
export interface CustomCheckKind {
  name: string;
  description: string;
  /** An input that it takes. */
  example: unknown;
}

const commandExample = {
  kind: "command",
  command: "npm test",
  timeoutMs: 120_000,
  expect: { exitCode: 0, stdoutMatches: "# fail 0" },
};

const fileExample = {
  kind: "file",
  path: "package.json",
  expect: { exists: true, contains: ['"start"'], matches: '"node"\\s*:' },
};

const httpExample = {
  kind: "http",
  service: { command: "npm start", readyPath: "/health", env: { DATABASE_FILE: "{{tmp}}/test.db" } },
  requests: [
    {
      name: "create",
      method: "POST",
      path: "/books",
      headers: { "content-type": "application/json" },
      body: { title: "Dune", pages: 412 },
      expect: {
        status: 201,
        json: [
          { path: "id", op: "exists" },
          { path: "title", op: "equals", value: "Dune" },
        ],
      },
      save: { bookId: "id" },
    },
    {
      name: "read it back",
      method: "GET",
      path: "/books/{{bookId}}",
      expect: {
        status: 200,
        headers: { "content-type": "application/json" },
        json: [{ path: "pages", op: "gte", value: 412 }],
      },
    },
    {
      name: "unknown",
      method: "GET",
      path: "/books/no-such-book",
      expect: { status: [400, 404], json: [{ path: "error", op: "type", value: "string" }] },
    },
  ],
};

const service = { command: "npm start", readyPath: "/health", env: { DATABASE_FILE: "{{tmp}}/test.db" } };
const createBook = { method: "POST", path: "/books", body: { title: "Dune" }, expect: { status: 201 } };

const sqlExample = {
  kind: "sql",
  database: { engine: "sqlite", file: "{{tmp}}/test.db" },
  service,
  requests: [{ ...createBook, save: { bookId: "id" } }],
  queries: [
    {
      sql: "SELECT title FROM books WHERE id = ?",
      parameters: ["{{bookId}}"],
      expect: { rows: 1, json: [{ path: "0.title", op: "equals", value: "Dune" }] },
    },
  ],
};

const browserExample = {
  kind: "browser",
  service,
  requests: [createBook],
  steps: [
    { do: "open", path: "/" },
    { do: "see", target: "h1", text: "Books" },
    { do: "fill", target: "label=Title", value: "Emma" },
    { do: "click", target: 'role=button[name="Add"]' },
    { do: "see", target: "li.book", count: 2 },
  ],
};

const loadExample = {
  kind: "load",
  service,
  requests: [{ method: "GET", path: "/books" }],
  concurrency: 10,
  durationMs: 5000,
  expect: { p95Ms: 200, errorRate: 0 },
};

const securityExample = {
  kind: "security",
  service,
  headers: { "x-content-type-options": "nosniff", "x-powered-by": null },
  probes: [
    { method: "GET", path: "/books?q={{probe}}" },
    { method: "POST", path: "/books", body: { title: "{{probe}}" }, classes: ["sql", "html"] },
  ],
};

const scriptExample = {
  kind: "script",
  language: "node",
  service,
  source: "const answers = await Promise.all([1, 2].map(() => fetch(`${process.env.SERVICE_URL}/books`)));",
  expect: { exitCode: 0 },
};

const system = renderSystem("acceptance-generator", [
  "You are a test architect. For one phase of a plan you write the acceptance criteria against which the finished product is judged, before it is built. " +
    "CCB runs every check itself, against the real product: no mocks, no word of the builder counts. You answer with one JSON document.",
  `Criteria:\n${renderList([
    "Every requirement given is named (requirementIds) by at least one criterion, and only requirements given are named.",
    "Specific and measurable: one behaviour each, with the exact input and the exact outcome the specification states. Test what it says, not what you would have built: where it leaves " +
      "something open, accept every sensible answer (status [400, 422], an assertion on the field that is certain).",
    "category: functional, performance, security or integration. Cover errors and limits too: bad input, missing things, missing permission.",
    "id: unique, like FC001 (functional), PC001, SC001, IC001.",
    "steps, expectedResult, testData: for people; the check does the same for the machine.",
    `check: never null where a machine can tell. If none can (taste, a legal question), null, and validationMethod begins with “${manualPrefix}” and says why.`,
  ])}`,
  `Checks (keys outside of these forms are not understood):\n
A command, run by a shell in the project directory:
${JSON.stringify(commandExample)}

A file of the project:
${JSON.stringify(fileExample)}

Requests to the product as a running service:
${JSON.stringify(httpExample)}

What the product keeps in its database, after requests (SQLite: a file; PostgreSQL: {"engine":"postgres","url":"{{DATABASE_URL}}"}); queries read only:
${JSON.stringify(sqlExample)}

The product's pages in a browser (do: open, click, fill, select, press, reload, see; target: a CSS selector, text=…, label=…, placeholder=… or role=…):
${JSON.stringify(browserExample)}

Speed and errors under load (p95Ms, p99Ms, errorRate, requestsPerSecond):
${JSON.stringify(loadExample)}

Security of the running service: headers (null: must not be sent), hostile inputs in place of {{probe}}, secrets in answers:
${JSON.stringify(securityExample)}

A program of the check's own, where none of these forms will do; it has failed when its exit code is another:
${JSON.stringify(scriptExample)}`,
  `For http checks:\n${renderList([
    "CCB starts the service with service.command (as a rule npm start), waits until readyPath answers, sends the requests in order and stops it. The service reads the environment variable PORT, which CCB " +
      "sets to a free port; paths begin with “/” and never hold a host or a port.",
    "Each check starts the service anew. {{tmp}} in an env value is a fresh, empty folder: give the service a database there so that each check begins with empty data. A check makes the data it needs itself.",
    "save keeps a value of the JSON answer under a name (name → dotted path); later requests use it as {{name}} in path, headers and body. Never guess ids.",
    "json assertions: path is dotted (“items.0.id”, “” for the whole document); op is equals, exists, absent, type (string, number, integer, boolean, array, object, null), length, includes, matches " +
      "(a JavaScript regular expression), gte, lte.",
    "Speed is checked by a load check with the limit that the specification names; invent no limits.",
  ])}`,
]);

/** Writes the acceptance criteria of one phase with checks that CCB runs itself. */
export const acceptanceGenerator = defineAgent<AcceptanceGeneratorInput, PhaseCriteria>({
  name: "acceptance-generator",
  description:
    "Acceptance criteria of a phase: functional, performance, security, integration, each with a typed check.",
  system,
  output: phaseCriteriaSchema,
  maxOutputTokens: 32_000,
  check: (answer, { requirements }) =>
    listCriteriaProblems(
      answer,
      requirements.map(({ id }) => id),
    ),
  prompt: ({ phase, plan, requirements, specification, analysis, projectFacts = [], customChecks = [] }) =>
    joinPrompt([
      renderSpecification(specification),
      renderJsonSection("analysis", analysis),
      renderPlan(plan, phase),
      projectFacts.length === 0 ? undefined : `Settled for this project:\n${renderList(projectFacts)}`,
      renderRequirements(requirements),
      customChecks.length === 0
        ? undefined
        : `More checks of this project:\n${renderList(customChecks.map(renderCustomCheck))}`,
      renderJsonSection("phase", phase),
      `Write the acceptance criteria of the phase “${phase.name}”. Earlier phases are built by then, later ones are not.`,
    ]),
});

function renderCustomCheck({ name, description, example }: CustomCheckKind): string {
  return `${description}: ${JSON.stringify({ kind: "custom", use: name, input: example })}`;
}

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
${JSON.stringify(httpExample)}`,
  `For http checks:\n${renderList([
    "CCB starts the service with service.command (as a rule npm start), waits until readyPath answers, sends the requests in order and stops it. The service reads the environment variable PORT, which CCB " +
      "sets to a free port; paths begin with “/” and never hold a host or a port.",
    "Each check starts the service anew. {{tmp}} in an env value is a fresh, empty folder: give the service a database there so that each check begins with empty data. A check makes the data it needs itself.",
    "save keeps a value of the JSON answer under a name (name → dotted path); later requests use it as {{name}} in path, headers and body. Never guess ids.",
    "json assertions: path is dotted (“items.0.id”, “” for the whole document); op is equals, exists, absent, type (string, number, integer, boolean, array, object, null), length, includes, matches " +
      "(a JavaScript regular expression), gte, lte.",
    "Speed is checked by a command that measures and exits with another code than 0 above the limit that the specification names; invent no limits.",
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
  prompt: ({ phase, plan, requirements, specification, analysis, projectFacts = [] }) =>
    joinPrompt([
      renderSpecification(specification),
      renderJsonSection("analysis", analysis),
      renderPlan(plan, phase),
      projectFacts.length === 0 ? undefined : `Settled for this project:\n${renderList(projectFacts)}`,
      renderRequirements(requirements),
      renderJsonSection("phase", phase),
      `Write the acceptance criteria of the phase “${phase.name}”. Earlier phases are built by then, later ones are not.`,
    ]),
});

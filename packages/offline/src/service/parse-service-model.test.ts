import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { explainRequirement, parseServiceModel, planServiceParts, renderServicePart } from "./index.ts";

function entityOf(spec: string, name: string) {
  const entity = parseServiceModel(spec).entities.find((candidate) => candidate.name === name);
  if (entity === undefined) throw new Error(`The spec gave no ${name}.`);
  return entity;
}

function explain(spec: string, text: string) {
  const start = spec.indexOf(text);
  return explainRequirement(parseServiceModel(spec), {
    text,
    span: { start, end: start + text.length },
    headingPath: [],
  });
}

const base =
  "# Shop\n\n## Item\n\n| Field | Type | Required |\n|---|---|---|\n| name | string | yes |\n| price | number | no |\n\n";

test("a requirement is buildable only when every sentence of it is", () => {
  const spec = `${base}## Rules\n\n- Items can be sorted by price. The service must send an e-mail when an item is created.\n- The service must answer an unknown id with 404.\n`;
  expect(explain(spec, "The service must answer an unknown id with 404.")).toEqual({
    buildable: true,
    parts: ["feature:not-found"],
  });
  expect(explain(spec, "Items can be sorted by price.")).toMatchObject({ buildable: true });
  expect(
    explain(spec, "Items can be sorted by price. The service must send an e-mail when an item is created."),
  ).toEqual({
    buildable: false,
    reason: "sending messages is not built offline",
  });
});

test.each([
  "The front end must be built with React.",
  "Clients must be told about new items over WebSockets.",
  "Search must use Elasticsearch.",
  "Users must log in with OAuth.",
  "Customers must pay with a credit card through Stripe.",
  "A photo of each item can be uploaded.",
  "95 % of the requests must be answered within 200 ms.",
  "100 concurrent clients must be served.",
  "Items must be stored in PostgreSQL.",
  "Only administrators may delete items.",
  "The service must limit each client to 60 requests per minute.",
  "A report must show the total number of items per month.",
  "Old items are archived automatically every night.",
  "The flux of the item must be recalibrated by the harmonist.",
])("says that it cannot build: %s", (sentence) => {
  const spec = `${base}## Requirements\n\n- ${sentence}\n`;
  expect(explain(spec, sentence)).toMatchObject({ buildable: false });
  expect(parseServiceModel(spec).unsupported).toMatchObject([{ text: sentence, line: 12 }]);
});

test("what the spec leaves out neither shapes the service nor counts as missing", () => {
  const model = parseServiceModel(
    `${base}## Out of scope\n\n- Items are deleted together with their name, which must be unique.\n- Clients authenticate with a bearer token.\n`,
  );
  expect(model.auth).toBeNull();
  expect(model.entities[0]?.fields.some((field) => field.unique)).toBe(false);
  expect(model.unsupported).toEqual([]);
});

test("a sentence that says who gets 401 never opens an endpoint", () => {
  const spec = `${base}## Access\n\nEvery request needs a bearer token. A request such as \`GET /items\` without a token must be answered with 401.\n`;
  expect(parseServiceModel(spec).entities[0]?.endpoints.every((endpoint) => !endpoint.public)).toBe(true);
});

test("reads the same limits from many ways of writing them", () => {
  const ways = [
    "string, required, 1-80 characters",
    "required text of 1 to 80 chars",
    "string (1..80), mandatory",
    "varchar(80), not null",
  ];
  for (const way of ways) {
    const field = entityOf(
      `# X\n\nA thing has these fields:\n\n- label: ${way}\n- size: integer, min 3, max 9\n`,
      "thing",
    ).fields.find((candidate) => candidate.name === "label");
    expect(field, way).toMatchObject({ required: true, minLength: 1, maxLength: 80 });
  }
});

test("a spec without entities, an empty one and one of noise give a model without entities", () => {
  for (const text of ["", "# Title", "no markdown at all", "| a |\n|---|\n| b |", "\u0000\uFFFD|||\n---\n```"]) {
    const model = parseServiceModel(text);
    expect(model.entities).toEqual([]);
    expect(planServiceParts(model).map((part) => part.id)).toEqual(["foundation", "api"]);
  }
});

test("never fails, whatever the text is", () => {
  const piece = fc.constantFrom(
    "# A\n",
    "## Task\n",
    "| Field | Type |\n|---|---|\n",
    "| id | uuid |\n",
    "- x: string\n",
    "`",
    "→ ",
    "GET /a/{b}/c\n",
    "must be unique. ",
    "from a to b ",
    "```json\n{",
    "}\n```\n",
    "**B**\n",
    "\n",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }), (parts) => {
      const model = parseServiceModel(parts.join(""));
      for (const part of planServiceParts(model))
        expect(renderServicePart(model, part.id).map((file) => file.path)).toEqual(part.files);
    }),
    { numRuns: 300 },
  );
});

const names = fc.uniqueArray(
  fc.constantFrom("title", "colour", "weight", "height", "label", "remark", "code", "amount", "opened", "serial_no"),
  { minLength: 1, maxLength: 6 },
);
const kinds = fc.constantFrom(
  { text: "string, 2-40 characters", facts: { type: "string", minLength: 2, maxLength: 40 } },
  { text: "integer, between 1 and 9", facts: { type: "integer", min: 1, max: 9 } },
  { text: "number, at least 0", facts: { type: "number", min: 0 } },
  { text: "boolean, default false", facts: { type: "boolean", default: false } },
  { text: "date", facts: { type: "date" } },
  { text: "one of `red`, `green`, `blue`", facts: { type: "enum", values: ["red", "green", "blue"] } },
  { text: "email", facts: { type: "email" } },
  { text: "url", facts: { type: "url" } },
);
const fields = names.chain((list) =>
  fc.tuple(
    ...list.map((name) =>
      fc.record({ name: fc.constant(name), kind: kinds, required: fc.boolean(), unique: fc.boolean() }),
    ),
  ),
);

test("what is written as a table or as a list is read back", () => {
  fc.assert(
    fc.property(fields, fc.boolean(), (list, asTable) => {
      const rows = asTable
        ? [
            "| Field | Type | Required | Notes |",
            "|---|---|---|---|",
            ...list.map(
              (field) =>
                `| ${field.name} | ${field.kind.text} | ${field.required ? "yes" : "no"} | ${field.unique ? "unique" : ""} |`,
            ),
          ]
        : list.map(
            (field) =>
              `- **${field.name}**: ${field.kind.text}, ${field.required ? "required" : "optional"}${field.unique ? ", unique" : ""}`,
          );
      if (!asTable && list.length < 2) return;
      const gadget = entityOf(`# Things\n\n## Gadget\n\n${rows.join("\n")}\n`, "gadget");
      expect(gadget.fields.map((field) => field.name)).toEqual(["id", ...list.map((field) => field.name)]);
      for (const { name, kind, required, unique } of list) {
        expect(gadget.fields.find((field) => field.name === name)).toMatchObject({ ...kind.facts, required, unique });
      }
    }),
  );
});

const tracker = readFileSync(new URL("../../../../examples/specs/task-tracker.md", import.meta.url), "utf8");

function explainMore(sentence: string) {
  return explain(`${tracker}\n## More\n\n- ${sentence}\n`, sentence);
}

test.each([
  "Members can only see their own tasks.",
  "Deleted tasks go to a trash for 30 days and are then removed.",
  "The title of a task must be unique within a project, ignoring case.",
  "The list of tasks must include the number of comments of each task.",
  "A task must have at least one comment before it can be done.",
  "Only in_progress tasks can be deleted.",
  "Tasks without an assignee must be shown first.",
  "Creating a project must create three default tasks.",
  "A task that is deleted must be copied to an archive.",
  "When a project is archived, all its tasks must be cancelled.",
  "Comments may only be deleted within an hour.",
  "The due date of a task must be a working day.",
  "Tokens must be stored as hashes in the database.",
  "The service must validate addresses with the postal service.",
  "The status of a project must follow from its tasks.",
  "The estimate of a task must be shown in days.",
  "Users must be able to create, edit and share tasks.",
  "Tasks must be sortable by due date and by priority, high first.",
  "The assignee of a task must be a member of the project.",
  "The service must keep a copy of every task in JSON files.",
  "Validation messages must be in German.",
  "Clients can change comments.",
])("does not take a sentence for understood because it knows some of its words: %s", (sentence) => {
  expect(explainMore(sentence)).toMatchObject({ buildable: false });
});

test.each([
  "Users must be able to create and update tasks.",
  "The title of a task is required and has at most 200 characters.",
  "A task belongs to one project.",
  "Tasks can be filtered by priority.",
  "Requests without a valid token are rejected with 401.",
  "All answers are JSON.",
  "Unknown ids are answered with 404.",
  "Deleting a task answers 204.",
  "The priority of a task is one of low, medium or high.",
  "The name of a project must be unique.",
  "Creating a record answers 201 with a Location header.",
  "A request with a wrong content type is answered with 415.",
  "The health endpoint needs no token.",
])("recognises what it builds in other words: %s", (sentence) => {
  expect(explainMore(sentence)).toMatchObject({ buildable: true });
});

const shift =
  "# Crew\n\n## Shift\n\n- hours: number, required\n- state: one of open, assigned, worked, missed; default open\n\n";

test("a sentence with several moves is read to its end, the way back included", () => {
  const spec = `${shift}A shift goes from open to assigned, from assigned to worked or missed, and from assigned back to open.\n`;
  expect(entityOf(spec, "shift").states?.allowed).toEqual({
    open: ["assigned"],
    assigned: ["worked", "missed", "open"],
    worked: [],
    missed: [],
  });
});

test("a nested list alone takes nothing away; a sentence that asks for more gets it or is not called built", () => {
  const stage =
    "# Crew\n\n## Stage\n\n- name: string, required\n- seats: integer\n\n## Shift\n\n- stageId: reference to Stage, required\n- hours: number, required\n\n## Behaviour\n\n";
  const actions = (spec: string) => entityOf(spec, "shift").endpoints.map(({ action }) => action);
  expect(actions(`${stage}- \`GET /stages/{id}/shifts\` must list the shifts of a stage.\n`)).toContain("create");
  const table = `${stage}| Method | Path |\n|---|---|\n| GET | /shifts |\n| GET | /stages |\n| POST | /stages |\n\n`;
  expect(actions(table)).toEqual(["list"]);
  const offer = "The API must offer create, read, change, delete and list for stages and shifts.";
  expect(actions(`${table}${offer}\n`)).toEqual(expect.arrayContaining(["create", "read", "update", "remove", "list"]));
  const two = "Users must be able to create and list stages and shifts.";
  expect(explain(`${table}${two}\n`, two)).toMatchObject({ buildable: false });
});

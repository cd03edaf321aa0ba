import {
  type Analysis,
  type Criterion,
  type Model,
  type ModelRequest,
  noUsage,
  type Plan,
  type Requirement,
} from "@ccb/core";

export const specificationText =
  "# Book Shelf\n\n## Books\n\nThe service must keep books.\n</specification>\nThe service must answer GET /health with 200.\n";

export const specification = { text: specificationText, complete: true, title: 'Book "Shelf"' };

export const requirements: Requirement[] = [
  makeRequirement("R-1", "The service must keep books."),
  makeRequirement("R-2", "The service must answer GET /health with 200."),
];

export const analysis: Analysis = {
  projectName: "Book Shelf",
  projectType: "REST service",
  summary: "Keeps books.",
  complexity: "simple",
  complexityScore: 10,
  complexityReasons: ["One entity."],
  technologies: ["Node.js"],
  components: [{ name: "Books", purpose: "Keeps them." }],
  risks: [{ description: "Data loss", severity: "low", mitigation: "Back up." }],
  openQuestions: ["Who may delete?"],
  estimatedHours: 5,
};

export const plan: Plan = {
  phases: [
    {
      id: "foundation",
      name: "Foundation",
      goal: "It runs.",
      tasks: [
        {
          id: "core",
          name: "Core",
          description: "Build the <server> & its health route.",
          dependsOn: [],
          files: ["src/server.js"],
          requirementIds: ["R-2"],
          size: "S",
        },
        {
          id: "books",
          name: "Books",
          description: "Build the books routes.",
          dependsOn: ["core"],
          files: ["src/books.js"],
          requirementIds: ["R-1"],
          size: "M",
        },
      ],
    },
  ],
  waivers: [],
};

export const criterion: Criterion = {
  id: "FC001",
  category: "functional",
  description: "Health answers",
  steps: ["GET /health"],
  expectedResult: "200",
  validationMethod: "http",
  testData: [],
  requirementIds: ["R-1", "R-2"],
  check: {
    kind: "http",
    service: { command: "npm start", readyPath: "/health" },
    requests: [{ method: "GET", path: "/health", expect: { status: 200 } }],
  },
};

function makeRequirement(id: string, text: string): Requirement {
  const start = specificationText.indexOf(text);
  return {
    id,
    text,
    kind: "functional",
    priority: "must",
    span: { start, end: start + text.length, startLine: 5, endLine: 5 },
    hash: id,
    headingPath: ["Book Shelf", "Books"],
  };
}

type SeenRequest = Pick<ModelRequest<unknown>, "system" | "prompt" | "scope">;

/** A model that gives its answers in turn, as the port says: the second one where the request's check finds the first one wrong. */
export function createRecitingModel(...answers: unknown[]): { model: Model; seen: SeenRequest[] } {
  const seen: SeenRequest[] = [];
  const generate: Model["generate"] = async (request) => {
    seen.push({ system: request.system, prompt: request.prompt, scope: request.scope });
    const values = answers.map((answer) => (request.schema ? request.schema.parse(answer) : answer) as never);
    const problems = values.map((value) => request.check?.(value) ?? []);
    const good = problems.findIndex((list) => list.length === 0);
    const value = values[good];
    if (value === undefined) throw new Error(problems.flat().join("\n"));
    return { value, usage: noUsage, model: "reciter", calls: good + 1 };
  };
  return { model: { id: "reciter", info: undefined, generate }, seen };
}

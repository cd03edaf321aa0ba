import { findTechnologies } from "../analysis/project-type.ts";
import { readSpec } from "../analysis/read-spec.ts";
import { fillShape } from "../documents/_shape-example.ts";
import { offlineLabel } from "../offline-label.ts";
import { isBuildable } from "../plan/service-parts.ts";
import type { Prompt } from "../request/read-prompt.ts";
import { readServiceModel, type ServiceModel } from "../service/index.ts";

const most = 12;

/** Conventions for the sessions of a project, as the instruction builder of `@ccb/agents` asks for them. */
export interface Guidance {
  conventions: string[];
  architecture: string[];
  pitfalls: string[];
  commands: { name: string; description: string; steps: string[] }[];
}

/** Writes the guidance of a project: the rules of the service generator where the plan builds one, else what the specification fixes. */
export function writeGuidance(prompt: Prompt): Guidance {
  const spec = readSpec(prompt);
  const service = readServiceModel(spec.text);
  const technologies = [...new Set([...(prompt.analysis?.technologies ?? []), ...findTechnologies(spec.text)])];
  const isService = isBuildable(service);
  return {
    conventions: [
      `This guidance was written by ${offlineLabel}; where it is silent, the specification decides.`,
      ...(technologies.length > 0
        ? [`Use what the specification names, and nothing in its place: ${technologies.join(", ")}.`]
        : [
            isService
              ? "Node.js 24 or later with node:http and node:sqlite; no dependency."
              : "The specification names no technology: use the standard library of one language, without dependencies.",
          ]),
      "One concept a file, named after it; the tests of a file stand where the first task put them.",
      "Names of entities and fields are those of the specification, spelled the same in code, data and messages.",
      "Every task ends with all tests passing; no test is weakened or skipped.",
    ],
    architecture: (isService ? serviceRules(service) : generalRules(prompt)).slice(0, most),
    pitfalls: [
      "Do not build what another task is planned for; call it by the name the plan gives.",
      "Do not invent limits, formats or messages that the specification states; read its lines again.",
      ...(isService ? service.unsupported : [])
        .slice(0, 4)
        .map(({ text, reason }) => `"${text.slice(0, 120)}" is left out: ${reason}`),
      ...(prompt.analysis?.risks.slice(0, 4).map(({ description, mitigation }) => `${description} ${mitigation}`) ??
        []),
    ].slice(0, most),
    commands: [],
  };
}

function serviceRules(service: ServiceModel): string[] {
  const { port, databaseFile } = service.environment;
  const names = service.entities.map((entity) => entity.plural).join(", ");
  return [
    `A service reads \`${port}\` (default ${service.defaultPort}) and \`${databaseFile}\` from the environment, is started by \`npm start\` and ends cleanly on SIGTERM.`,
    `Resources: ${names}. Each keeps its rules in a place of its own.`,
    `Invalid input is answered with ${service.status.validation} and names each wrong field; all errors have the form ${errorForm(service)}.`,
    `A refused transition is answered with ${service.status.transition}, a duplicate with ${service.status.unique}.`,
    ...(service.auth
      ? [
          `Requests carry the credential in the header \`${service.auth.header}\`; it is compared with the environment variable \`${service.auth.environment}\`.`,
        ]
      : ["No authentication is specified; the service must not be reachable from outside."]),
    `\`GET ${service.healthPath}\` answers without credentials; the OpenAPI document is at \`${service.openApiPath}\`.`,
  ];
}

function errorForm(service: ServiceModel): string {
  return `\`${JSON.stringify(fillShape(service, service.errorShape))}\``;
}

function generalRules(prompt: Prompt): string[] {
  const components = prompt.analysis?.components ?? [];
  return [
    ...components.slice(0, 8).map(({ name, purpose }) => `${name}: ${purpose || "a part of its own"}`),
    "Input is checked where it enters; inside, values are valid.",
    "What reads the clock, the network or the disk stands apart from what decides.",
  ];
}

import type { ServiceModel } from "../service/index.ts";
import { waiverList } from "./_coverage.ts";
import { credentialHeader, curl, errorTable, withArticle } from "./_describe-service.ts";
import { findExamples } from "./_find-examples.ts";
import { blocks, code, list, section } from "./_markdown.ts";
import type { DocumentFacts } from "./read-facts.ts";
import { states } from "./write-api.ts";

export function writeUserGuide(facts: DocumentFacts): string {
  const { service } = facts;
  return blocks([
    `# User guide of ${facts.name}`,
    facts.purpose,
    service ? serviceGuide(service) : generalGuide(facts),
    section("What it does not do", [waiverList(facts)]),
  ]);
}

function serviceGuide(service: ServiceModel): string {
  const secret = service.auth ? `${service.auth.environment}=choose-a-secret ` : "";
  return blocks([
    section("First steps", [
      code("sh", `${secret}npm start`),
      "Look whether it is up:",
      curl({ ...service, auth: null }, { method: "GET", path: service.healthPath }),
      service.auth
        ? `Every further request needs the header \`${credentialHeader(service)}\`${service.auth.publicReads ? ", unless it only reads" : ""}.`
        : "",
    ]),
    ...service.entities.map((entity) =>
      section(`Working with ${entity.plural.replaceAll("_", " ")}`, [
        `${capitalize(withArticle(entity.title))} has: ${entity.fields.map((field) => `\`${field.name}\``).join(", ")}.${needed(entity.fields)}`,
        ...findExamples(service, entity).map(({ title, request }) => blocks([`To ${title}:`, curl(service, request)])),
        ...states(entity),
      ]),
    ),
    section("What the answers mean", [
      errorTable(service),
      "The answer to wrong input names each field that is wrong and why: correct these and send the request again.",
    ]),
  ]);
}

function capitalize(text: string): string {
  return text.replace(/^./, (letter) => letter.toUpperCase());
}

function needed(fields: ServiceModel["entities"][number]["fields"]): string {
  const names = fields.filter(
    (field) => field.required && !field.readOnly && field.default === undefined && !field.automatic,
  );
  return names.length > 0
    ? ` To create one you must give ${names.map((field) => `\`${field.name}\``).join(", ")}.`
    : "";
}

function generalGuide(facts: DocumentFacts): string {
  const byTask = facts.tasks.slice(0, 40).map((task) => {
    const ids = new Set(task.requirementIds);
    const texts = facts.spec.requirements.filter(({ id }) => ids.has(id)).map(({ text }) => text);
    return texts.length > 0 ? section(task.name, [list(texts)]) : "";
  });
  const start = facts.scripts.start === undefined ? "" : section("First steps", [code("sh", "npm start")]);
  return blocks([start, "What follows is what the specification promises for each part; the files decide.", ...byTask]);
}

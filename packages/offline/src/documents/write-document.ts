import { offlineSentence } from "../offline-label.ts";
import type { Prompt } from "../request/read-prompt.ts";
import { blocks } from "./_markdown.ts";
import { type DocumentFacts, readFacts } from "./read-facts.ts";
import { writeApi } from "./write-api.ts";
import { writeArchitecture } from "./write-architecture.ts";
import { writeComponents } from "./write-components.ts";
import { writeDeployment } from "./write-deployment.ts";
import { writeDeveloperGuide } from "./write-developer-guide.ts";
import { writeReadme } from "./write-readme.ts";
import { writeTesting } from "./write-testing.ts";
import { writeUserGuide } from "./write-user-guide.ts";

const writers: Record<string, (facts: DocumentFacts) => string> = {
  readme: writeReadme,
  architecture: writeArchitecture,
  api: writeApi,
  components: writeComponents,
  deployment: writeDeployment,
  testing: writeTesting,
  "user-guide": writeUserGuide,
  "developer-guide": writeDeveloperGuide,
};

/** Writes the document that a prompt asks for, from the specification, the plan and the files; its last line says who wrote it. */
export function writeDocument(prompt: Prompt): string {
  const kind = prompt.sections.find(({ name }) => name === "document")?.attributes.kind ?? "readme";
  const write = writers[kind] ?? writeReadme;
  return `${blocks([write(readFacts(prompt)), "---", `_${offlineSentence}_`])}\n`;
}

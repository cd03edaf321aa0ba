import { defineAgent } from "@ccb/core";
import { z } from "zod";
import { joinPrompt, renderJsonSection, renderSystem } from "../_prompt-parts.ts";

/** A text that was found, to be cited. */
export interface ResearchSource {
  /** "S1", "S2", … */
  id: string;
  title: string;
  /** Where it comes from: an address, or the server and tool that answered. */
  origin: string;
  text: string;
}

export interface ResearchInput {
  question: string;
  sources: readonly ResearchSource[];
}

export const researchNotesSchema = z.object({
  notes: z
    .array(
      z.object({
        text: z.string().min(1).describe("one fact or piece of advice, in one or two sentences"),
        sources: z.array(z.string()).min(1).describe("ids of the sources that say so"),
      }),
    )
    .describe("what the sources say that matters for the question; empty where they do not help"),
  unanswered: z.array(z.string()).describe("parts of the question that the sources do not answer"),
});
export type ResearchNotes = z.infer<typeof researchNotesSchema>;

/** Answers a question from sources that were found, each note with the sources that say so; nothing from the model's own memory. */
export const researchAgent = defineAgent<ResearchInput, ResearchNotes>({
  name: "research-agent",
  description: "Notes on a question, each cited from the sources that were found for it.",
  system: renderSystem("research-agent", [
    "You read what was found on a question and write notes for the developers who are about to write the code: names of functions and options as they are today, versions, what is deprecated, what is asked for security.",
    "Each note says only what its sources say. Leave out what you only remember. Where the sources do not answer a part of the question, name that part under unanswered.",
  ]),
  output: researchNotesSchema,
  maxOutputTokens: 4_000,
  check: ({ notes }, { sources }) => {
    const known = new Set(sources.map(({ id }) => id));
    return notes.flatMap(({ text, sources: cited }) =>
      cited
        .filter((id) => !known.has(id))
        .map((id) => `The note "${text.slice(0, 60)}" cites ${id}; there are only ${[...known].join(", ")}.`),
    );
  },
  prompt: ({ question, sources }) =>
    joinPrompt([renderJsonSection("question", question), renderJsonSection("sources", sources), "Write the notes."]),
});

/** The notes as a Markdown page with numbered sources. Pure. */
export function renderResearchPage(page: ResearchInput & { title: string; notes: ResearchNotes; at: string }): string {
  const { title, question, sources, notes, at } = page;
  const used = sources.filter(({ id }) => notes.notes.some((note) => note.sources.includes(id)));
  return [
    `# ${title}`,
    `Question: ${question}`,
    notes.notes.length === 0
      ? "What was found does not answer it."
      : notes.notes.map((note) => `- ${note.text} [${note.sources.join(", ")}]`).join("\n"),
    ...(notes.unanswered.length > 0
      ? [`## Not answered\n\n${notes.unanswered.map((item) => `- ${item}`).join("\n")}`]
      : []),
    `## Sources (${at})\n\n${used.map(({ id, title: name, origin }) => `- ${id}: ${name}, ${origin}`).join("\n") || "none"}`,
    "",
  ].join("\n\n");
}

/** Text that is data as Markdown: nothing in it is markup, and it stays on its line. Pure. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\\`*_{}[\]<>|#]/g, "\\$&")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** The place of an event in the agent journal. */
export function anchorOf(event: { sequence: number }): string {
  return `event-${event.sequence}`;
}

/** A link to an event in the agent journal. */
export function linkToEvent(event: { sequence: number }, label = `event ${event.sequence}`): string {
  return `[${label}](agentJournal.md#${anchorOf(event)})`;
}

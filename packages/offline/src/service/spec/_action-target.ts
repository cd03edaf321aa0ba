import type { EntityModel } from "../service-model.ts";
import { nameKey } from "./_names.ts";
import type { ServiceDraft } from "./draft.ts";

const knownTargets: Record<string, string[]> = {
  complete: ["completed", "complete", "done", "finished"],
  finish: ["finished", "done", "completed"],
  start: ["started", "in_progress", "active", "running", "ongoing"],
  begin: ["in_progress", "started", "active"],
  reopen: ["reopened", "open", "todo", "in_progress"],
  activate: ["active", "activated"],
  deactivate: ["inactive", "deactivated"],
  pay: ["paid"],
  send: ["sent"],
  resume: ["resumed", "active", "in_progress", "running"],
  checkin: ["checked_in", "arrived"],
  checkout: ["checked_out", "completed"],
  extend: ["extended"],
  hold: ["on_hold", "held"],
  lose: ["lost"],
  withdraw: ["withdrawn"],
  win: ["won"],
  take: ["taken"],
};

/** The state that an action endpoint such as `POST /tasks/{id}/complete` leads to; undefined when nothing in the spec tells. */
export function actionTarget(
  draft: Pick<ServiceDraft, "actionTargets">,
  entity: EntityModel,
  { verb, description }: { verb: string; description: string },
): string | undefined {
  const field = stateField(entity);
  const values = field?.values ?? [];
  if (field === undefined) return undefined;
  const told = draft.actionTargets[`${entity.name} ${nameKey(verb)}`];
  if (told !== undefined && values.includes(told)) return told;
  return targetInWords(description, values) ?? targetOfVerb(nameKey(verb), values) ?? onlyMention(description, values);
}

/** The field that holds the state: the one with transitions, else an enum called status, state or stage. */
export function stateField(entity: EntityModel) {
  const named = entity.states?.field;
  return (
    entity.fields.find((field) => field.name === named) ??
    entity.fields.find((field) => field.type === "enum" && /(?:status|state|stage|phase)$/i.test(field.name))
  );
}

function targetInWords(text: string, values: readonly string[]): string | undefined {
  for (const match of text.matchAll(
    /(?:\bto|\bas|\bbecomes?|\binto|=|→|->|\bis(?: now)?)\s+(?:the (?:state|status) )?[`"']?([\w-]+(?: \w+)?)/gi,
  )) {
    const found =
      values.find((value) => nameKey(value) === nameKey(match[1] ?? "")) ??
      values.find((value) => nameKey(value) === nameKey((match[1] ?? "").split(" ")[0] ?? ""));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The value a verb stands for: `cancel` gives "cancelled", `start` gives "in_progress". */
export function targetOfVerb(verb: string, values: readonly string[]): string | undefined {
  const known = (knownTargets[verb] ?? []).map(nameKey);
  const stem = verb.replace(/(?:e|y)$/, "");
  return (
    values.find((value) => known.includes(nameKey(value))) ??
    values.find((value) => nameKey(value) === verb) ??
    (stem.length > 2 ? values.find((value) => nameKey(value).startsWith(stem)) : undefined)
  );
}

function onlyMention(text: string, values: readonly string[]): string | undefined {
  const found = values.filter((value) => new RegExp(`\\b${value.replaceAll(/[^\w]/g, ".")}\\b`, "i").test(text));
  return found.length === 1 ? found[0] : undefined;
}

import { redactSecrets } from "@ccb/core";
import type { ReceivedAnswer } from "../process/_send-request.ts";

export interface LeakSearch {
  look: (answer: ReceivedAnswer) => void;
  /** What was found, each kind once. */
  found: () => string[];
  answers: () => number;
}

const defaultFields = ["password", "passwordHash", "password_hash", "passwd", "secret", "privateKey", "private_key"];
const stackTraces = [
  /\n\s{2,8}at [^\n]{1,300}:\d{1,6}:\d{1,6}\)?/,
  /\\n\s{2,8}at [^\n]{1,300}?:\d{1,6}:\d{1,6}/,
  /Traceback \(most recent call last\)/,
  /[\\/](?:node_modules|site-packages)[\\/]/,
];

/** Searches answers for credentials by their form, secret values of the environment, secret members, and stack traces. */
export function createLeakSearch(options: {
  env: Readonly<Record<string, string>>;
  fields?: readonly string[] | undefined;
}): LeakSearch {
  const fields = new Set((options.fields ?? defaultFields).map((name) => name.toLowerCase()));
  const secrets = Object.entries(options.env).filter(
    ([name, value]) => /SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE/i.test(name) && value.length >= 6,
  );
  const found = new Set<string>();
  let answers = 0;
  return {
    look({ text }) {
      answers += 1;
      if (redactSecrets(text) !== text) found.add("a text in the form of a credential");
      for (const [name, value] of secrets) if (text.includes(value)) found.add(`the value of ${name}`);
      if (stackTraces.some((form) => form.test(text))) found.add("a stack trace");
      for (const name of listMembers(text)) if (fields.has(name.toLowerCase())) found.add(`the member "${name}"`);
    },
    found: () => [...found],
    answers: () => answers,
  };
}

/** Names of the members of a JSON answer that have a value. */
function listMembers(text: string): Set<string> {
  const names = new Set<string>();
  try {
    JSON.parse(text, (key, value: unknown) => {
      if (value !== null && value !== "" && typeof value !== "boolean") names.add(key);
      return value;
    });
  } catch {
    // Not JSON, so it has no members.
  }
  return names;
}

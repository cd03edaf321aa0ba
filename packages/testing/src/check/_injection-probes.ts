import type { InjectionClass } from "@ccb/core";
import type { ReceivedAnswer } from "../process/_send-request.ts";

export interface InjectionPlan {
  inputs: string[];
  /** Two inputs that a service treats alike unless it runs them: one is always true, the other always false. */
  pairs: [always: string, never: string][];
}

/** Milliseconds that the sleeping inputs ask for, and from which on an answer counts as slept. */
const sleepSeconds = 3;
const sleptMs = 2_800;

const plans: Record<InjectionClass, InjectionPlan> = {
  sql: {
    inputs: ["'", '"', "1'; SELECT 1; --", "') --", "%27%20OR%20%271%27%3D%271"],
    pairs: [
      ["zq' OR '1'='1", "zq' OR '1'='2"],
      ["zq' OR 1=1 --", "zq' OR 1=2 --"],
      ["zq') OR ('1'='1", "zq') OR ('1'='2"],
      ["0 OR 1=1", "0 OR 1=2"],
    ],
  },
  path: {
    inputs: [
      "../../../../../../../../etc/passwd",
      "..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
      "....//....//....//....//....//etc/passwd",
      "/etc/passwd",
      "file:///etc/passwd",
    ],
    pairs: [],
  },
  html: {
    inputs: ["<script>ccb1337()</script>", '"><img src=x onerror=ccb1337()>'],
    pairs: [],
  },
  command: {
    inputs: [
      "; echo ccb$((1000+337))x",
      "| echo ccb$((1000+337))x",
      "$(echo ccb$((1000+337))x)",
      "`echo ccb$((1000+337))x`",
      `; sleep ${sleepSeconds}`,
      `$(sleep ${sleepSeconds})`,
    ],
    pairs: [],
  },
  template: { inputs: ["{{1337*7331}}", "${1337*7331}", "<%= 1337*7331 %>", "#{1337*7331}"], pairs: [] },
};

/** The hostile inputs of a class. */
export function planInjections(name: InjectionClass): InjectionPlan {
  return plans[name];
}

const databaseErrors =
  /SQLITE_ERROR|SqliteError|unrecognized token|near "[^"]{0,80}": syntax error|syntax error at or near|unterminated quoted string|You have an error in your SQL syntax|ORA-\d{5}|psycopg|PG::\w+Error|SequelizeDatabaseError|SQLSTATE/;

/** What shows that a hostile input did something, or undefined. */
export function findInjectionSign(
  name: InjectionClass,
  seen: { input: string; answer: ReceivedAnswer; tookMs: number },
): string | undefined {
  const { input, answer, tookMs } = seen;
  if (answer.status >= 500) return `status ${answer.status}`;
  const text = answer.text.replaceAll(input, "");
  switch (name) {
    case "sql": {
      const [error] = databaseErrors.exec(text) ?? [];
      return error && `the answer holds the database's error (${error})`;
    }
    case "path":
      return /root:[^:\n]{0,40}:0:0:/.test(text) ? "the answer holds /etc/passwd" : undefined;
    case "html": {
      const isPage = answer.headers["content-type"]?.includes("html") ?? false;
      return isPage && answer.text.includes(input) ? "the page holds it as markup" : undefined;
    }
    case "command":
      if (text.includes("ccb1337x")) return "the answer holds the command's output";
      return input.includes("sleep") && tookMs >= sleptMs ? `answered after ${Math.round(tookMs)} ms` : undefined;
    case "template":
      return text.includes("9801547") ? "the answer holds what the expression comes to" : undefined;
  }
}

/** What two answers are compared by: the status, and how many elements the lists of a JSON body have. */
export function shapeOf(answer: ReceivedAnswer): string {
  const lengths: number[] = [];
  try {
    JSON.parse(answer.text, (_key, value: unknown) => {
      if (Array.isArray(value)) lengths.push(value.length);
      return value;
    });
  } catch {
    // No JSON: the status alone counts.
  }
  return `status ${answer.status}${lengths.length > 0 ? `, lists of ${lengths.join(", ")}` : ""}`;
}

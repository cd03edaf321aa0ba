import type { Check, HttpStep } from "@ccb/core";

/** What a requirement's own words allow a machine to check. */
export interface TextCheck {
  check: Check;
  expected: string;
  method: string;
}

const startCommand = "npm start";

/**
 * A typed check where the text names one: an endpoint that needs no data, a file, or a command. Undefined otherwise; a check that guesses would
 * fail good work.
 */
export function checkFromText(text: string): TextCheck | undefined {
  return endpointCheck(text) ?? commandCheck(text) ?? fileCheck(text);
}

/** GET of a fixed path, when the text also names the status or the path is one that always answers. */
function endpointCheck(text: string): TextCheck | undefined {
  const match = /\bGET `?(\/[\w./-]*)`?(?![\w{:])/.exec(text.replace(/`GET (\/\S*)`/g, "GET $1"));
  const path = match?.[1]?.replace(/[.,]$/, "");
  if (path === undefined || /[{:<]/.test(text.slice((match?.index ?? 0) + 4).split(/\s/)[0] ?? "")) return undefined;
  const stated = /\b([2345]\d\d)\b/.exec(text)?.[1];
  const isPublic = /^\/(?:health\w*|ready\w*|live\w*|status|ping|version|metrics|openapi\.json)$/.test(path);
  if (stated === undefined && !isPublic) return undefined;
  const status = Number(stated ?? "200");
  const request: HttpStep = { name: `GET ${path}`, method: "GET", path, expect: { status } };
  return {
    check: {
      kind: "http",
      service: { command: startCommand, readyPath: isPublic ? path : "/health" },
      requests: [request],
    },
    expected: `GET ${path} is answered with ${status}.`,
    method: "CCB starts the service and sends the request.",
  };
}

/** A command in backticks that is one of the usual tools' and changes nothing outside the project. */
function commandCheck(text: string): TextCheck | undefined {
  const match =
    /`((?:npm (?:test|run [\w:-]+)|pnpm (?:test|run [\w:-]+)|yarn test|pytest|python -m pytest|cargo test|go test \.\/\.\.\.|make (?:test|check|lint))(?: [\w./=-]+)*)`/.exec(
      text,
    );
  const command = match?.[1];
  if (command === undefined || /\b(?:start|serve|dev|watch|deploy|publish)\b/.test(command)) return undefined;
  return {
    check: { kind: "command", command, timeoutMs: 600_000, expect: { exitCode: 0 } },
    expected: `\`${command}\` ends with exit code 0.`,
    method: "CCB runs the command in the project directory.",
  };
}

/** A file in backticks that must be there by the words of the text. */
function fileCheck(text: string): TextCheck | undefined {
  if (
    !/\b(?:files?|contains?|includes?|provides?|ships?|exists?|documented in|written to|stored in|project has|repository)\b/i.test(
      text,
    )
  )
    return undefined;
  const path = [...text.matchAll(/`([\w-][\w./-]*\.[a-z]{1,5})`/g)].map((match) => match[1] ?? "").find(isProjectFile);
  if (path === undefined) return undefined;
  return {
    check: { kind: "file", path, expect: { exists: true } },
    expected: `The file ${path} exists.`,
    method: "CCB looks for the file.",
  };
}

/** Files made at run time (logs, databases) are not there to be looked for, and `node.js` is no file. */
function isProjectFile(path: string): boolean {
  if (path.split("/").includes("..")) return false;
  return (
    /\.(?:md|json|ya?ml|toml|ts|js|mjs|py|go|rs|html|css|sql|txt|cfg|ini|svg)$/.test(path) &&
    !/^(?:node|next|vue|react)\.js$/i.test(path)
  );
}

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { CcbError } from "@ccb/core";
import nunjucks from "nunjucks";
import { listTemplateVariables } from "./_template-variables.ts";

/** The templates that come with this package; the same place seen from `src` and from `dist`. */
const ownDirectory = join(import.meta.dirname, "..", "templates");

/** Renders one of the templates by its file name. */
export type RenderTemplate = (name: string, variables: Record<string, unknown>) => string;

/**
 * Opens the templates; a file of the same name in `directory` replaces the package's own. Rendering throws `bad-input` with file and line for a broken
 * template, an unknown variable or an empty value.
 */
export function createTemplates(directory: string | undefined): RenderTemplate {
  if (directory !== undefined) return openTemplates(directory);
  own ??= openTemplates(undefined);
  return own;
}

/** This package's own never change while it runs; those of a directory are read anew each time. */
let own: RenderTemplate | undefined;

function openTemplates(directory: string | undefined): RenderTemplate {
  if (directory !== undefined && !statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new CcbError({
      code: "bad-input",
      message: `The templates directory ${directory} is not a directory.`,
      hint: "Name a directory with templates of the same file names as CCB's own, or leave it out.",
    });
  }
  const directories = directory === undefined ? [ownDirectory] : [directory, ownDirectory];
  const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader(directories), {
    autoescape: false,
    throwOnUndefined: true,
    trimBlocks: true,
    lstripBlocks: true,
  });
  // Read once a file, as the environment compiles it once: a plan of a thousand tasks renders one template a thousand times.
  const known = new Map<string, TemplateVariable[]>();
  return (name, variables) => {
    const file = findTemplate(directories, name);
    try {
      const used = known.get(file) ?? listTemplateVariables(readFileSync(file, "utf8"));
      known.set(file, used);
      rejectUnknownVariables(file, used, variables);
      return `${environment.render(name, variables).trimEnd()}\n`;
    } catch (error) {
      if (CcbError.isInstance(error)) throw error;
      throw explain({ error, file, variables });
    }
  };
}

function findTemplate(directories: string[], name: string): string {
  const found = directories
    .map((directory) => join(directory, name))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
  if (found !== undefined) return found;
  throw new CcbError({
    code: "unexpected",
    message: `The template ${name} is neither in ${directories.join(" nor in ")}.`,
    hint: "Install the package again; its templates folder is incomplete.",
  });
}

type TemplateVariable = ReturnType<typeof listTemplateVariables>[number];

function rejectUnknownVariables(
  file: string,
  used: readonly TemplateVariable[],
  variables: Record<string, unknown>,
): void {
  const unknown = used.find(({ name }) => !Object.hasOwn(variables, name));
  if (!unknown) return;
  throw new CcbError({
    code: "bad-input",
    message: `The template ${file}, line ${unknown.line}, uses the variable "${unknown.name}", which does not exist.`,
    hint: `Use one of: ${Object.keys(variables).join(", ")}.`,
    details: { file, line: unknown.line },
  });
}

/** An error of nunjucks' parser carries its line, from 1. */
function readLine(error: unknown): number | undefined {
  const line = typeof error === "object" && error !== null && "lineno" in error ? error.lineno : undefined;
  return typeof line === "number" ? line : undefined;
}

/** Nunjucks says "(file) [Line 3, Column 5]\n  what"; the line itself is added because it names the value. */
function explain(failure: { error: unknown; file: string; variables: Record<string, unknown> }): CcbError {
  const { error, file, variables } = failure;
  const text = error instanceof Error ? error.message : String(error);
  const place = /\[Line (\d+)(?:, Column \d+)?\]\s*/.exec(text);
  const line = place ? Number(place[1]) : readLine(error);
  const what = place ? text.slice(place.index + place[0].length).trim() : text;
  const source = line === undefined ? undefined : readFileSync(file, "utf8").split("\n")[line - 1]?.trim();
  return new CcbError({
    code: "bad-input",
    message: `The template ${file}${line === undefined ? "" : `, line ${line},`} cannot be rendered: ${what}${source ? ` in: ${source}` : ""}.`,
    hint: `Mend the template, or remove it to use CCB's own. Variables: ${Object.keys(variables).join(", ")}.`,
    details: { file, line },
    cause: error,
  });
}

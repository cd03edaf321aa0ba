import { resolve } from "node:path";
import { CcbError, enforcePoints, type McpServerDefinition } from "@ccb/core";
import { z } from "zod";
import { expandVariables } from "./expand-variables.ts";
import { mandatoryServerNames } from "./mandatory-servers.ts";
import type { ReadCustomServersResult } from "./read-custom-servers.ts";

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const texts = z.record(z.string(), text);

const ccbServerSchema = z
  .strictObject({
    command: z.string().min(1),
    args: z.array(text),
    env: texts,
    url: z.string().min(1),
    headers: texts,
    description: z.string(),
    required: z.boolean(),
    enforce_at: z.array(z.enum(enforcePoints)),
    per_caller: z.boolean(),
  })
  .partial();

/** Claude's shape; fields that only matter to Claude are let through and left out. */
const claudeServerSchema = z
  .looseObject({
    type: z.string(),
    command: z.string().min(1),
    args: z.array(text),
    env: texts,
    url: z.string().min(1),
    headers: texts,
  })
  .partial();

type ServerEntry = z.infer<typeof ccbServerSchema>;

interface CustomFile {
  path: string;
  content: unknown;
  folder: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** Leave out servers that are not required and whose variables are not set, with a warning, instead of failing. */
  lenient?: boolean;
}

/** The servers of a file's parsed content; pure. Throws a CcbError `bad-input` at the first mistake. */
export function defineCustomServers(file: CustomFile): ReadCustomServersResult {
  const content = file.content;
  if (!isRecord(content)) throw mistake({ file, field: "", expected: "an object with mcp_servers", received: content });
  if ("mcp_servers" in content || "policy" in content) {
    const unknown = Object.keys(content).filter((key) => key !== "mcp_servers" && key !== "policy");
    if (unknown.length > 0)
      throw mistake({ file, field: "", expected: "only mcp_servers and policy", received: unknown });
    const read = content.mcp_servers === undefined ? noServers : readCcbShape(file, content.mcp_servers);
    return { ...read, ...(content.policy === undefined ? {} : { policy: content.policy }) };
  }
  if ("mcpServers" in content) return readClaudeShape(file, content.mcpServers);
  throw mistake({ file, field: "", expected: "mcp_servers (or Claude's mcpServers)", received: Object.keys(content) });
}

const noServers: ReadCustomServersResult = { servers: [], warnings: [] };

function readCcbShape(file: CustomFile, entries: unknown): ReadCustomServersResult {
  const servers: McpServerDefinition[] = [];
  const warnings: string[] = [];
  for (const [name, raw] of listEntries(file, "mcp_servers", entries)) {
    const field = `mcp_servers.${name}`;
    if (mandatoryServerNames.includes(name)) {
      throw mistake({ file, field, expected: "a name that none of the mandatory servers has", received: name });
    }
    const entry = parseEntry({ file, field, raw, schema: ccbServerSchema });
    addServer({ servers, warnings }, { file, field, name, entry });
  }
  return { servers, warnings };
}

/** Adds the server, or why it was left out. */
function addServer(to: { servers: McpServerDefinition[]; warnings: string[] }, entry: ServerPlace): void {
  try {
    to.servers.push(defineServer(entry));
  } catch (error) {
    const unset = CcbError.isInstance(error) ? error.details.unset : undefined;
    if (!entry.file.lenient || entry.entry.required || !Array.isArray(unset)) throw error;
    to.warnings.push(
      `${entry.file.path}: ${entry.field} was left out, since ${unset.join(", ")} is not set in the environment.`,
    );
  }
}

function readClaudeShape(file: CustomFile, entries: unknown): ReadCustomServersResult {
  const servers: McpServerDefinition[] = [];
  const warnings: string[] = [];
  for (const [name, raw] of listEntries(file, "mcpServers", entries)) {
    const field = `mcpServers.${name}`;
    const { type, command, args, env, url, headers } = parseEntry({ file, field, raw, schema: claudeServerSchema });
    if (mandatoryServerNames.includes(name)) {
      warnings.push(`${file.path}: ${field} was left out, since CCB brings this server itself.`);
    } else if (type !== undefined && !["stdio", "http", "streamable-http"].includes(type)) {
      warnings.push(
        `${file.path}: ${field} was left out, since CCB does not know servers of type "${type}" (stdio, http).`,
      );
    } else {
      addServer({ servers, warnings }, { file, field, name, entry: { command, args, env, url, headers } });
    }
  }
  return { servers, warnings };
}

function listEntries(file: CustomFile, field: string, entries: unknown): [string, unknown][] {
  if (!isRecord(entries))
    throw mistake({ file, field, expected: "an object with one entry a server", received: entries });
  for (const name of Object.keys(entries)) {
    if (/^(?!.*__)[A-Za-z0-9_-]{1,40}$/.test(name)) continue;
    const expected = 'a name of 1 to 40 letters, digits, "-" and single "_" (it becomes part of tool names)';
    throw mistake({ file, field: `${field}.${name}`, expected, received: name });
  }
  return Object.entries(entries);
}

function parseEntry<Schema extends z.ZodType>(options: {
  file: CustomFile;
  field: string;
  raw: unknown;
  schema: Schema;
}): z.output<Schema> {
  const { file, field, raw, schema } = options;
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  const place = path.reduce<string>(
    (whole, part) => (typeof part === "number" ? `${whole}[${part}]` : `${whole}.${String(part)}`),
    field,
  );
  const received = path.reduce<unknown>(
    (value, part) => (isRecord(value) || Array.isArray(value) ? Reflect.get(value, part) : value),
    raw,
  );
  throw mistake({ file, field: place, expected: renderExpected(issue), received });
}

function renderExpected(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === "invalid_type") return `a value of type ${issue.expected}`;
  if (issue?.code === "invalid_value") return `one of ${issue.values.map(String).join(", ")}`;
  if (issue?.code === "unrecognized_keys") {
    return `only ${Object.keys(ccbServerSchema.shape).join(", ")}; unknown here: ${issue.keys.join(", ")}`;
  }
  if (issue?.code === "invalid_union") return "a text, a number, true or false";
  return issue?.message ?? "another value";
}

interface ServerPlace {
  file: CustomFile;
  field: string;
  name: string;
  entry: { [Key in keyof ServerEntry]?: ServerEntry[Key] | undefined };
}

function defineServer(options: ServerPlace): McpServerDefinition {
  const { file, field, name, entry } = options;
  if ((entry.command === undefined) === (entry.url === undefined)) {
    throw mistake({
      file,
      field,
      expected: "either command or url",
      received: Object.keys(entry).filter((key) => Reflect.get(entry, key) !== undefined),
    });
  }
  const expand = (place: string, value: string) => expandValue({ file, field: `${field}.${place}`, value });
  const expandAll = (place: string, values: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, expand(`${place}.${key}`, value)]));
  const inFolder = (value: string) => (/^\.\.?[\\/]/.test(value) ? resolve(file.folder, value) : value);
  const common = {
    name,
    description: entry.description ?? `The custom server ${name}`,
    required: entry.required ?? false,
    enforceAt: entry.enforce_at ?? [],
    alwaysLoad: false,
    ...(entry.per_caller ? { perCaller: true } : {}),
  };
  if (entry.command !== undefined) {
    const args = (entry.args ?? []).map((value, index) => inFolder(expand(`args[${index}]`, value)));
    const command = inFolder(expand("command", entry.command));
    return { ...common, transport: { type: "stdio", command, args, env: expandAll("env", entry.env) } };
  }
  const url = expand("url", entry.url ?? "");
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw mistake({ file, field: `${field}.url`, expected: "an http or https URL", received: url });
  }
  return { ...common, transport: { type: "http", url, headers: expandAll("headers", entry.headers) } };
}

function expandValue(place: { file: CustomFile; field: string; value: string }): string {
  const { text: expanded, missing } = expandVariables(place.value, place.file.environment);
  if (missing.length === 0) return expanded;
  throw mistake({
    ...place,
    expected: `the environment variable ${missing.join(", ")} to be set`,
    received: place.value,
    unset: missing,
  });
}

function mistake(found: {
  file: CustomFile;
  field: string;
  expected: string;
  received: unknown;
  unset?: string[];
}): CcbError {
  const received = JSON.stringify(found.received) ?? "nothing";
  const short = received.length > 120 ? `${received.slice(0, 119)}…` : received;
  const place = found.field === "" ? found.file.path : `${found.file.path}: ${found.field}`;
  return new CcbError({
    code: "bad-input",
    message: `${place}: expected ${found.expected}, received ${short}.`,
    hint: "Mend this entry of the MCP server file.",
    details: { path: found.file.path, field: found.field, ...(found.unset ? { unset: found.unset } : {}) },
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import { readFile, stat } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { CcbError, type McpServerDefinition } from "@ccb/core";
import { LineCounter, parseDocument } from "yaml";
import { defineCustomServers } from "./define-custom-servers.ts";

const maxBytes = 1024 * 1024;

export interface ReadCustomServersOptions {
  /** A YAML or JSON file: `mcp_servers` in CCB's shape, or `mcpServers` as in Claude's `.mcp.json`. */
  path: string;
  /** Values for `${NAME}` and `${NAME:-default}`; none by default. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Leave out servers that are not required and whose variables are not set, with a warning, instead of failing. */
  lenient?: boolean;
}

export interface ReadCustomServersResult {
  servers: McpServerDefinition[];
  /** What was left out, one sentence each. */
  warnings: string[];
  /** The file's `policy:` as it stands there; for `parsePolicy`. */
  policy?: unknown;
}

/**
 * Reads a file of custom MCP servers. Relative paths in `command` and `args` (those that begin with `./` or `../`) are resolved against the file's folder.
 *
 * Every mistake is a CcbError `bad-input` that names the file, the field, what was expected and what was received.
 */
export async function readCustomServers(options: ReadCustomServersOptions): Promise<ReadCustomServersResult> {
  const path = resolve(options.path);
  const content = parseContent(path, await readText(path));
  return defineCustomServers({
    path,
    content,
    folder: dirname(path),
    environment: options.environment ?? {},
    lenient: options.lenient ?? false,
  });
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    const found = await stat(path);
    if (!found.isFile()) throw badFile(path, "expected a file, received a folder or a device");
    if (found.size > maxBytes) throw badFile(path, `expected at most ${maxBytes} bytes, received ${found.size}`);
    bytes = await readFile(path);
  } catch (error) {
    if (CcbError.isInstance(error)) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw badFile(path, code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`, error);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (text.trim() === "") throw badFile(path, "it is empty");
    return text;
  } catch (error) {
    if (CcbError.isInstance(error)) throw error;
    throw badFile(path, "it is not UTF-8 text", error);
  }
}

function parseContent(path: string, text: string): unknown {
  if (extname(path).toLowerCase() === ".json") {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw badFile(path, `it is not JSON: ${error instanceof Error ? error.message : String(error)}`, error);
    }
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [mistake] = document.errors;
  if (mistake !== undefined) {
    const { line, col } = lineCounter.linePos(mistake.pos[0]);
    throw badFile(`${path}:${line}:${col}`, `it is not YAML: ${mistake.message}`, mistake);
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw badFile(path, `it is not YAML: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

function badFile(place: string, what: string, cause?: unknown): CcbError {
  return new CcbError({
    code: "bad-input",
    message: `The MCP server file ${place} cannot be used: ${what}.`,
    hint: "It holds `mcp_servers:` with one entry a server (command and args, or url), or Claude's `mcpServers`.",
    cause,
  });
}

import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { CcbError } from "@ccb/core";
import { type Document, isMap, parseDocument } from "yaml";
import { defineCustomServers } from "./define-custom-servers.ts";

/** One server as a file has it. */
export interface ServerFileEntry {
  command?: string;
  args?: string[];
  env?: Record<string, string>;
  url?: string;
  headers?: Record<string, string>;
  description?: string;
  required?: boolean;
  enforce_at?: string[];
}

export interface ChangeServersFileOptions {
  /** A YAML file with `mcp_servers:`; made when missing. Comments and everything else in it stay. */
  path: string;
  name: string;
  /** The new entry, or undefined to remove the one that is there. */
  entry: ServerFileEntry | undefined;
}

/**
 * Adds, replaces or removes one server in a file, whole or not at all. Resolves with what was there before. Rejects with a CcbError `bad-input` for an entry or
 * file that cannot be used, also when a server that is to be removed is not there.
 */
export async function changeServersFile(options: ChangeServersFileOptions): Promise<"added" | "replaced" | "removed"> {
  const { path, name, entry } = options;
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const document = parseFile(path, text);
  const before = document.hasIn(["mcp_servers", name]);
  if (entry === undefined) {
    if (!before) throw unusable(path, `it has no server "${name}"`);
    document.deleteIn(["mcp_servers", name]);
  } else {
    // Checked as it will be read; variables may be unset here.
    const environment = new Proxy({}, { get: () => "http://set" });
    defineCustomServers({ path, content: { mcp_servers: { [name]: entry } }, folder: dirname(path), environment });
    if (!isMap(document.get("mcp_servers"))) document.set("mcp_servers", document.createNode({}));
    document.setIn(["mcp_servers", name], entry);
  }
  await writeWhole(path, String(document));
  return entry === undefined ? "removed" : before ? "replaced" : "added";
}

function parseFile(path: string, text: string): Document {
  const document = parseDocument(text.trim() === "" ? "{}" : text);
  const [mistake] = document.errors;
  if (mistake !== undefined) throw unusable(path, `it is not YAML: ${mistake.message.split("\n")[0]}`);
  if (!isMap(document.contents)) throw unusable(path, "it is not an object with mcp_servers");
  // An empty document is written in block style, as people would.
  document.contents.flow = false;
  return document;
}

async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

function unusable(path: string, what: string): CcbError {
  return new CcbError({ code: "bad-input", message: `The MCP server file ${path} cannot be changed: ${what}.` });
}

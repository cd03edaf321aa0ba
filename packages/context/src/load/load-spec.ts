import { basename, dirname, extname, join, relative, resolve } from "node:path";
import type { Span } from "@ccb/core";
import { CcbError } from "@ccb/core/errors";
import { hashHex } from "../parse/_hash-hex.ts";
import { parseOutline } from "../parse/parse-outline.ts";
import { estimateTokens } from "../tokens/estimate-tokens.ts";
import { decodeSpec } from "./_decode-spec.ts";

export interface LoadSpecOptions {
  /** A file, several files in order, a folder (its .md, .txt, .rst and .adoc files, sorted by path), or standard input. */
  source: string | string[] | { stdin: AsyncIterable<Uint8Array> };
  /** Folder that relative paths start from; the current folder when left out. */
  cwd?: string;
  /** Largest input in bytes, all files together; 64 MiB when left out. */
  maxBytes?: number;
}

/** A specification ready for the pipeline. */
export interface LoadedSpec {
  text: string;
  /** Size of the sources in bytes, byte order marks included. */
  bytes: number;
  /** Estimated for the newest tokenizer generation. */
  tokens: number;
  title: string;
  /** Lower-case words joined by hyphens, fit for a folder name. */
  projectName: string;
  /** SHA-256 of the text, hexadecimal. */
  hash: string;
  /** Where each file stands in `text`. */
  sources: { path: string; span: Span }[];
  warnings: string[];
}

const LARGEST = 64 * 1024 * 1024;
const EXTENSIONS = new Set([".md", ".markdown", ".txt", ".rst", ".adoc", ".asciidoc"]);

/**
 * Loads a specification from files, a folder or standard input.
 *
 * Rejects with a `CcbError` (`bad-input`) when the source is missing, unreadable, empty, binary, not UTF-8 or too large.
 */
export async function loadSpec(options: LoadSpecOptions): Promise<LoadedSpec> {
  const most = options.maxBytes ?? LARGEST;
  const cwd = options.cwd ?? ".";
  const { source } = options;
  if (typeof source === "object" && !Array.isArray(source)) {
    return joinFiles([{ path: "-", bytes: await readStream(source.stdin, most) }], "spec");
  }
  const names = Array.isArray(source) ? source : [source];
  if (names.length === 0)
    throw badInput("No specification was named.", "Pass a file, a folder, or - for standard input.");
  const { readFile, stat } = await files();
  const paths: string[] = [];
  for (const name of names) paths.push(...(await expand(name, resolve(cwd, name))));
  const loaded: SourceFile[] = [];
  let total = 0;
  for (const path of paths) {
    const { size } = await readable(path, () => stat(path));
    total += size;
    if (total > most) throw tooLarge(total, most);
    const bytes = await readable(path, () => readFile(path));
    loaded.push({ path: relative(resolve(cwd), path) || path, bytes });
  }
  const [first] = paths;
  const stem = basename(first ?? "spec", extname(first ?? ""));
  const generic = /^(?:spec|specification|readme|index|requirements|prd|doc|docs)$/i.test(stem);
  return joinFiles(loaded, generic && first ? basename(dirname(first)) : stem);
}

interface SourceFile {
  path: string;
  bytes: Uint8Array;
}

function joinFiles(files: SourceFile[], fallbackName: string): LoadedSpec {
  const warnings: string[] = [];
  const sources: LoadedSpec["sources"] = [];
  const parts: string[] = [];
  let length = 0;
  let line = 1;
  let bytes = 0;
  for (const file of files) {
    bytes += file.bytes.byteLength;
    let text = decodeSpec(file.path, file.bytes);
    if (text.trim() === "") {
      if (files.length === 1)
        throw badInput(`The specification ${file.path} is empty.`, "Write what the software must do, then run again.");
      warnings.push(`${file.path} is empty and was left out.`);
      continue;
    }
    if (files.length > 1 && !text.endsWith("\n")) text += "\n";
    if (parts.length > 0) {
      parts.push("\n");
      length += 1;
      line += 1;
    }
    const breaks = countBreaks(text);
    const endLine = line + breaks - (text.endsWith("\n") ? 1 : 0);
    sources.push({ path: file.path, span: { start: length, end: length + text.length, startLine: line, endLine } });
    parts.push(text);
    length += text.length;
    line += breaks;
  }
  if (parts.length === 0)
    throw badInput(
      `All ${files.length} files of the specification are empty.`,
      "Write what the software must do, then run again.",
    );
  const text = parts.length === 1 ? (parts[0] ?? "") : parts.join("");
  const title = parseOutline(text.slice(0, 200_000)).title ?? firstWords(text);
  const projectName = toProjectName(title) || toProjectName(fallbackName) || "project";
  return {
    text,
    bytes,
    tokens: estimateTokens(text),
    title,
    projectName,
    hash: hashHex(text),
    sources,
    warnings,
  };
}

function countBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

function firstWords(text: string): string {
  const line = text.trimStart().split(/\r?\n/, 1)[0] ?? "";
  return line
    .replace(/^[#=*\s>-]+/, "")
    .slice(0, 80)
    .trim();
}

function toProjectName(title: string): string {
  return (
    title
      .normalize("NFKD")
      .toLowerCase()
      .replace(
        /\b(?:product requirements? document|software requirements? specification|requirements|specification|spec|prd|srs|rfc|v?\d+(?:\.\d+)+)\b/g,
        " ",
      )
      .split(/\s[-–—:|]\s|:\s/)
      .map((part) => part.replace(/[^a-z0-9]+/g, " ").trim())
      .find((part) => part !== "")
      ?.split(" ")
      .slice(0, 5)
      .join("-") ?? ""
  );
}

async function expand(name: string, path: string): Promise<string[]> {
  const { readdir, stat } = await files();
  const info = await readable(name, () => stat(path));
  if (!info.isDirectory()) return [path];
  const entries = await readable(name, () => readdir(path, { recursive: true, withFileTypes: true }));
  const found = entries
    .filter((entry) => entry.isFile() && EXTENSIONS.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/(?:^|[\\/])(?:node_modules|\.[^\\/]+)[\\/]/.test(relative(path, file)))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (found.length === 0)
    throw badInput(`The folder ${name} holds no specification (.md, .txt, .rst or .adoc).`, "Name the file itself.");
  return found;
}

/** Fetched on the first call: the package's import stays quick for those who bring their own text. */
function files(): Promise<typeof import("node:fs/promises")> {
  return import("node:fs/promises");
}

async function readStream(stream: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of stream) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    total += bytes.byteLength;
    if (total > most) throw tooLarge(total, most);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

async function readable<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (code === "ENOENT" || code === "ENOTDIR")
      throw badInput(`There is no specification at ${name}.`, "Check the path.", cause);
    throw badInput(
      `The specification ${name} cannot be read (${code || String(cause)}).`,
      "Check its permissions.",
      cause,
    );
  }
}

function tooLarge(bytes: number, most: number): CcbError {
  return badInput(
    `The specification is too large: over ${bytes} bytes, the limit is ${most}.`,
    "Split it, name only the files that matter, or raise maxBytes.",
  );
}

function badInput(message: string, hint: string, cause?: unknown): CcbError {
  return new CcbError({ code: "bad-input", message, hint, cause });
}

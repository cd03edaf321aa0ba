import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Chunk, type ChunkResult, type ChunkStrategy, chunkSpec, type LoadedSpec } from "@ccb/context";
import { CcbError } from "@ccb/core/errors";
import { exitCodes } from "../exit-codes.ts";
import { createPainter } from "../render/_painter.ts";
import { formatCount, formatPlural } from "../render/format.ts";
import { readSpecArgument } from "../spec/read-spec-argument.ts";
import type { Terminal } from "../terminal.ts";

export interface ChunkFlags {
  /** Tokens. */
  window: number;
  /** Tokens; 0 for none. */
  overlap?: number;
  json?: boolean;
  outputDir?: string;
}

/** What stands for a chunk where its text is in a file. */
type ChunkEntry = Omit<Chunk, "text" | "overlap"> & { file: string };

/** `ccb chunk`: how a specification is cut for a model's window; texts as JSON or as files. */
export async function runChunk(call: { spec: string[]; flags: ChunkFlags; terminal: Terminal }): Promise<number> {
  const { flags, terminal } = call;
  const loaded = await readSpecArgument(call.spec, terminal);
  const result = chunkSpec(loaded.text, {
    windowTokens: flags.window,
    ...(flags.overlap ? { overlapTokens: flags.overlap } : {}),
  });
  const about = describe(loaded, { result, windowTokens: flags.window });
  const written = flags.outputDir === undefined ? undefined : resolve(terminal.cwd, flags.outputDir);
  const entries = written === undefined ? undefined : await writeChunks(written, { about, chunks: result.chunks });
  if (flags.json) {
    terminal.stdout.write(`${JSON.stringify({ ...about, chunks: entries ?? result.chunks }, null, 2)}\n`);
    return exitCodes.done;
  }
  terminal.stdout.write(renderChunks(result, { about, terminal }));
  if (flags.outputDir !== undefined) {
    terminal.stdout.write(
      `\nWritten to ${flags.outputDir}: ${formatPlural(result.chunks.length, "chunk")} and chunks.json\n`,
    );
  }
  return exitCodes.done;
}

type About = ReturnType<typeof describe>;

function describe(loaded: LoadedSpec, cut: { result: ChunkResult; windowTokens: number }) {
  const { strategy, totalTokens, budgetTokens } = cut.result;
  const { title, sources } = loaded;
  return { title, strategy, windowTokens: cut.windowTokens, budgetTokens, totalTokens, sources };
}

/** Joined in order the files are the specification. */
async function writeChunks(folder: string, made: { about: About; chunks: Chunk[] }): Promise<ChunkEntry[]> {
  await makeEmptyFolder(folder);
  const digits = String(made.chunks.length).length;
  const entries: ChunkEntry[] = [];
  for (const { text, overlap, ...entry } of made.chunks) {
    const name = `chunk-${String(entry.index + 1).padStart(digits, "0")}`;
    await writeFile(join(folder, `${name}.md`), text);
    if (overlap !== undefined) await writeFile(join(folder, `${name}.overlap.md`), overlap);
    entries.push({ ...entry, file: `${name}.md` });
  }
  await writeFile(join(folder, "chunks.json"), `${JSON.stringify({ ...made.about, chunks: entries }, null, 2)}\n`);
  return entries;
}

async function makeEmptyFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length === 0) return;
  } catch (cause) {
    throw new CcbError({
      code: "bad-input",
      message: `The output directory ${folder} cannot be made (${(cause as NodeJS.ErrnoException).code}).`,
      hint: "Choose another folder with --output-dir.",
      cause,
    });
  }
  throw new CcbError({
    code: "bad-input",
    message: `The output directory ${folder} is not empty; nothing in it was touched.`,
    hint: "Choose a new folder with --output-dir, or empty this one.",
  });
}

const strategies: Record<ChunkStrategy, string> = {
  single: "it fits 80 % of the window whole",
  sections: "cut before headings only",
  blocks: "cut before headings and between blocks",
  lines: "cut also inside a block that is over the budget alone",
};

function renderChunks(result: ChunkResult, shown: { about: About; terminal: Terminal }): string {
  const { stdout } = shown.terminal;
  const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
  const { title, windowTokens } = shown.about;
  const { chunks, strategy, totalTokens, budgetTokens } = result;
  const columns = Math.max(60, stdout.columns ?? 120);
  const rows = chunks.map(({ index, tokens, span, headingPath, summary }) => {
    const cells = [
      String(index + 1).padStart(4),
      formatCount(tokens).padStart(10),
      `${span.startLine}-${span.endLine}`.padStart(15),
    ];
    const path = shorten(headingPath.slice(-2).join(" > ") || "(opening)", 48).padEnd(48);
    return `${cells.join("  ")}  ${path}  ${paint.dim(shorten(summary, Math.max(20, columns - 87)))}`;
  });
  return [
    `${paint.strong(title)} · ${formatCount(totalTokens)} tokens · ${formatPlural(chunks.length, "chunk")}`,
    `strategy ${paint.accent(strategy)}: ${strategies[strategy]} (at most ${formatCount(budgetTokens)} tokens each for a window of ${formatCount(windowTokens)})`,
    "",
    paint.dim(
      `${"#".padStart(4)}  ${"tokens".padStart(10)}  ${"lines".padStart(15)}  ${"section".padEnd(48)}  summary`,
    ),
    ...rows,
    "",
  ].join("\n");
}

function shorten(text: string, most: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

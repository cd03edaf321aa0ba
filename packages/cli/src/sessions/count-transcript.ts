/** What a transcript of Claude Code holds, in numbers. */
export interface TranscriptContent {
  /** Texts and results that the model was given. */
  inputs: number;
  /** Answers of the model. */
  answers: number;
  /** Tool calls by the tool's name, most first. */
  toolCalls: Record<string, number>;
  /** The last text of the model. */
  lastText: string;
}

/** Counts a transcript, one JSON value a line; lines that are torn or of another kind are left out. Pure. */
export function countTranscript(text: string): TranscriptContent {
  const answers = new Set<string>();
  const tools = new Map<string, number>();
  let inputs = 0;
  let lastText = "";
  for (const line of text.split("\n")) {
    const { type, message } = asRecord(parse(line));
    const { id, content } = asRecord(message);
    if (type === "user") inputs += 1;
    if (type !== "assistant") continue;
    answers.add(String(id));
    for (const block of Array.isArray(content) ? content.map(asRecord) : []) {
      if (block.type === "text" && typeof block.text === "string" && block.text.trim() !== "") lastText = block.text;
      if (block.type === "tool_use") tools.set(String(block.name), (tools.get(String(block.name)) ?? 0) + 1);
    }
  }
  const toolCalls = Object.fromEntries([...tools].sort(([, left], [, right]) => right - left));
  return { inputs, answers: answers.size, toolCalls, lastText };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

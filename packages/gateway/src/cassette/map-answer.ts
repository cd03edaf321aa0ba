type Fields = Record<string, unknown>;

/** Changes a text of an answer. `form` is "json" for a text that is itself JSON, in which words may be escaped. */
export type MapText = (text: string, form: "plain" | "json") => string;

/**
 * The body of an answer (JSON, or server-sent events) with all its texts changed. A word may be split over the deltas of a stream, so the deltas of one block are joined first;
 * what the change leaves alone keeps the bytes it had. Pure.
 */
export function mapAnswer(body: string, map: MapText): string {
  return /^\s*(event|data|:)/.test(body) ? mapStream(body, map) : mapJson(body, map);
}

function mapJson(text: string, map: MapText): string {
  const value = parse(text);
  if (value === undefined) return map(text, "plain");
  const mapped = mapValue(value, map);
  return isSame(value, mapped) ? text : JSON.stringify(mapped);
}

/** A value with every text in it changed. */
export function mapValue(value: unknown, map: MapText): unknown {
  if (typeof value === "string") return map(value, "plain");
  if (Array.isArray(value)) return value.map((item) => mapValue(item, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, mapValue(field, map)]));
}

/** The fields of a delta that are a piece of a longer text. */
const pieces = ["text", "thinking", "partial_json"] as const;
type Piece = (typeof pieces)[number];

interface StreamEvent {
  raw: string;
  data: Fields | undefined;
  /** What the event carries of a longer text. */
  piece: Piece | undefined;
}

function mapStream(body: string, map: MapText): string {
  const events = splitEvents(body);
  const out: string[] = [];
  for (let at = 0; at < events.length; ) {
    const run = takeRun(events, at);
    at += run.length;
    const [first] = run;
    const piece = first?.piece;
    out.push(...(piece === undefined ? run.map((event) => mapEvent(event, map)) : mapRun(run, piece, map)));
  }
  return out.join("");
}

/** The events from `at` on that carry pieces of the same text; one event where it carries none. */
function takeRun(events: readonly StreamEvent[], at: number): StreamEvent[] {
  const first = events[at];
  if (!first) return [];
  const { piece } = first;
  let end = at + 1;
  const belongs = (event: StreamEvent | undefined) =>
    event !== undefined && event.piece === piece && event.data?.index === first.data?.index;
  while (piece !== undefined && belongs(events[end])) end++;
  return events.slice(at, end);
}

/** The first event carries the whole text; those after it go. */
function mapRun(run: readonly StreamEvent[], piece: Piece, map: MapText): string[] {
  const whole = run.map(({ data }) => String(deltaOf(data)[piece])).join("");
  const mapped = map(whole, piece === "partial_json" ? "json" : "plain");
  const [first] = run;
  if (mapped === whole || !first) return run.map(({ raw }) => raw);
  return [renderEvent(first, { ...first.data, delta: { ...deltaOf(first.data), [piece]: mapped } })];
}

function mapEvent(event: StreamEvent, map: MapText): string {
  if (!event.data) return event.raw;
  const mapped = mapValue(event.data, map) as Fields;
  return isSame(event.data, mapped) ? event.raw : renderEvent(event, mapped);
}

/** The same event with other data; its name and other lines stay. */
function renderEvent({ raw }: StreamEvent, data: Fields): string {
  const lines = raw.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("data:"));
  return `${[...lines, `data: ${JSON.stringify(data)}`].join("\n")}\n\n`;
}

/** Events with their line ends; what follows the last empty line is an event that was cut. */
function splitEvents(body: string): StreamEvent[] {
  return splitAfterEmptyLines(body).map((raw) => {
    const data = dataOf(raw);
    return { raw, data, piece: pieceOf(data) };
  });
}

function splitAfterEmptyLines(body: string): string[] {
  if (body.includes("\r")) return body.split(/(?<=\n\r?\n)/).filter((raw) => raw !== "");
  const parts: string[] = [];
  let start = 0;
  for (let at = body.indexOf("\n\n"); at >= 0; at = body.indexOf("\n\n", at + 1)) {
    parts.push(body.slice(start, at + 2));
    start = at + 2;
  }
  if (start < body.length) parts.push(body.slice(start));
  return parts;
}

/** The form that nearly every event has. */
const plainEvent = /^(?:event: [^\r\n]*\n)?data: ([^\r\n]*)\n\n$/;

function dataOf(raw: string): Fields | undefined {
  const value = parse(plainEvent.exec(raw)?.[1] ?? joinData(raw));
  return typeof value === "object" && value !== null ? (value as Fields) : undefined;
}

function joinData(raw: string): string {
  const lines = raw.split(/\r?\n/).filter((line) => line.startsWith("data:"));
  return lines.map((line) => line.slice(5).trimStart()).join("\n");
}

function pieceOf(data: Fields | undefined): Piece | undefined {
  if (data?.type !== "content_block_delta") return undefined;
  const delta = deltaOf(data);
  return pieces.find((piece) => typeof delta[piece] === "string");
}

function deltaOf(data: Fields | undefined): Fields {
  return typeof data?.delta === "object" && data.delta !== null ? (data.delta as Fields) : {};
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

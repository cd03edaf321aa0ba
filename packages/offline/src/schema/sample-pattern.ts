/**
 * A text that a regular expression accepts, for the simple ones: literals, classes, groups, alternatives and counts.
 * Undefined for look-around, back references and whatever else it cannot read; the caller must test the text.
 */
export function samplePattern(pattern: string): string | undefined {
  const reader = { text: pattern.replace(/^\^/, "").replace(/(?<!\\)\$$/, ""), at: 0 };
  const sample = readAlternatives(reader);
  return sample !== undefined && reader.at === reader.text.length ? sample : undefined;
}

interface Reader {
  text: string;
  at: number;
}

/** The first alternative stands for all; the others are read over. */
function readAlternatives(reader: Reader): string | undefined {
  const first = readSequence(reader);
  while (reader.text[reader.at] === "|") {
    reader.at++;
    if (readSequence(reader) === undefined) return undefined;
  }
  return first;
}

function readSequence(reader: Reader): string | undefined {
  let sample = "";
  while (reader.at < reader.text.length && !"|)".includes(reader.text[reader.at] ?? "")) {
    const atom = readAtom(reader);
    if (atom === undefined) return undefined;
    const count = readCount(reader);
    if (count === undefined || count > 10_000) return undefined;
    sample += atom.repeat(count);
  }
  return sample;
}

function readAtom(reader: Reader): string | undefined {
  const sign = reader.text[reader.at++] ?? "";
  if (sign === "\\") return readEscape(reader.text[reader.at++] ?? "");
  if (sign === ".") return "a";
  if (sign === "[") return readClass(reader);
  if (sign === "(") return readGroup(reader);
  return "^$*+?{".includes(sign) ? undefined : sign;
}

const escapes: Record<string, string> = {
  d: "1",
  w: "a",
  s: " ",
  D: "a",
  W: "-",
  S: "a",
  n: "\n",
  t: "\t",
  r: "\r",
  b: "",
};

function readEscape(sign: string): string | undefined {
  if (sign in escapes) return escapes[sign];
  return /[a-zA-Z0-9]/.test(sign) ? undefined : sign;
}

function readGroup(reader: Reader): string | undefined {
  const opening = /\?(?::|<[A-Za-z]\w*>)?/y;
  opening.lastIndex = reader.at;
  const match = opening.exec(reader.text)?.[0];
  if (match === "?") return undefined;
  reader.at += match?.length ?? 0;
  const sample = readAlternatives(reader);
  return reader.text[reader.at++] === ")" ? sample : undefined;
}

/** Any character that the class accepts; letters and digits before others. */
function readClass(reader: Reader): string | undefined {
  const end = /^(?:\^?\]?)(?:\\.|[^\]\\])*\]/.exec(reader.text.slice(reader.at))?.[0].length;
  if (end === undefined) return undefined;
  const source = `[${reader.text.slice(reader.at, reader.at + end)}`;
  reader.at += end;
  const accepts = new RegExp(source, "u");
  return [..."aA10_- .,:;/@#!~é\n"].find((candidate) => accepts.test(candidate));
}

function readCount(reader: Reader): number | undefined {
  const quantifier = /(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/y;
  quantifier.lastIndex = reader.at;
  const match = quantifier.exec(reader.text);
  if (!match) return reader.text[reader.at] === "{" ? undefined : 1;
  reader.at += match[0].length;
  if (match[1] !== undefined) return Number(match[1]);
  return match[0].startsWith("+") ? 1 : 0;
}

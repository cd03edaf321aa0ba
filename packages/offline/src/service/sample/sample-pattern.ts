interface Reader {
  text: string;
  index: number;
  /** Chooses among equals, so that other seeds give other texts. */
  seed: number;
  /** Atoms read so far; a pattern of huge or nested counts is not simple. */
  atoms: number;
}

const maxAtoms = 10_000;

const classes: Record<string, string> = { d: "0123456789", w: "abcdefghijklmnopqrstuvwxyz", s: " " };

/** A text that a simple regular expression matches (classes, groups, alternatives, counts); undefined when it is not simple. */
export function samplePattern(source: string, seed: number): string | undefined {
  const reader: Reader = { text: source.replace(/^\^/, "").replace(/\$$/, ""), index: 0, seed, atoms: 0 };
  try {
    const text = readAlternatives(reader);
    return reader.index >= reader.text.length && new RegExp(source, "u").test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function readAlternatives(reader: Reader): string {
  const options = [readSequence(reader)];
  while (reader.text[reader.index] === "|") {
    reader.index += 1;
    options.push(readSequence(reader));
  }
  return options[reader.seed % options.length] ?? "";
}

function readSequence(reader: Reader): string {
  let text = "";
  while (reader.index < reader.text.length && !/[|)]/.test(reader.text[reader.index] ?? "")) {
    const from = reader.index;
    const once = readAtom(reader);
    const end = reader.index;
    const count = readCount(reader);
    const next = reader.index;
    for (let index = 0; index < count; index += 1) {
      if (index === 0) text += once;
      else {
        reader.index = from;
        reader.seed = Math.floor(reader.seed / 7) + index + 1;
        text += readAtom(reader);
      }
    }
    reader.index = Math.max(end, next);
  }
  return text;
}

function readAtom(reader: Reader): string {
  reader.atoms += 1;
  if (reader.atoms > maxAtoms) throw new Error("too long");
  const character = reader.text[reader.index] ?? "";
  reader.index += 1;
  if (character === "(") {
    if (/^\?[=!<]/.test(reader.text.slice(reader.index)) && !/^\?<\w/.test(reader.text.slice(reader.index)))
      throw new Error("lookaround");
    reader.index += /^(?:\?:|\?<\w+>)?/.exec(reader.text.slice(reader.index))?.[0].length ?? 0;
    const inner = readAlternatives(reader);
    reader.index += 1;
    return inner;
  }
  if (character === "[") return choose(readClass(reader), reader);
  if (character === ".") return "x";
  if (character !== "\\") return character;
  const escaped = reader.text[reader.index] ?? "";
  reader.index += 1;
  if (/[bBpPkDWS1-9]/.test(escaped)) throw new Error("escape");
  const set = classes[escaped];
  return set === undefined ? escaped : choose(set, reader);
}

function choose(set: string, reader: Reader): string {
  const chosen = set[reader.seed % set.length] ?? "";
  reader.seed = Math.floor(reader.seed / set.length) + (reader.seed % 3);
  return chosen;
}

function readClass(reader: Reader): string {
  const end = reader.text.indexOf("]", reader.index + 1);
  const body = reader.text.slice(reader.index, end);
  reader.index = end + 1;
  if (body.startsWith("^")) throw new Error("negated class");
  let set = "";
  for (let index = 0; index < body.length; index += 1) {
    const character = body[index] ?? "";
    if (character === "\\") {
      index += 1;
      set += classes[body[index] ?? ""] ?? body[index] ?? "";
    } else if (body[index + 1] === "-" && index + 2 < body.length) {
      for (let code = character.charCodeAt(0); code <= (body.charCodeAt(index + 2) || 0); code += 1)
        set += String.fromCharCode(code);
      index += 2;
    } else set += character;
  }
  return set;
}

function readCount(reader: Reader): number {
  const match = /^(?:\{(\d+)(,(\d*))?\}|[*+?])\??/.exec(reader.text.slice(reader.index));
  if (match === null) return 1;
  reader.index += match[0].length;
  return match[1] === undefined ? 1 : Number(match[1]);
}

/**
 * The finite state machine the estimator runs over a text. A state is the class of the last character and how long its run is;
 * the cost of a character depends on the state it is met in and on the character.
 */

const LOWER = 0;
const UPPER = 1;
const DIGIT = 2;
const SPACE = 3;
const NEWLINE = 4;
const TAB = 5;
const UNDERSCORE = 6;
const MARK = 7;
const OTHER = 8;

const CLASS_NAMES = ["l", "U", "d", "s", "n", "t", "_", "p", "x"];
const LONGEST_WORD = 12;

interface State {
  group: number;
  run: number;
  /** Lower-case letters that follow a capital. */
  capital: boolean;
  /** The mark itself, for marks. */
  code: number;
}

const states: State[] = [];
const numbers = new Map<string, number>();

function stateNumber(state: State): number {
  const key = `${state.group} ${state.run} ${state.capital} ${state.code}`;
  let number = numbers.get(key);
  if (number === undefined) {
    number = states.length;
    numbers.set(key, number);
    states.push(state);
  }
  return number;
}

function classOf(code: number): number {
  if (code >= 97 && code <= 122) return LOWER;
  if (code >= 65 && code <= 90) return UPPER;
  if (code >= 48 && code <= 57) return DIGIT;
  if (code === 32) return SPACE;
  if (code === 10 || code === 13) return NEWLINE;
  if (code === 9) return TAB;
  if (code === 95) return UNDERSCORE;
  return MARK;
}

const LONGEST_RUN = [LONGEST_WORD, 4, 4, 3, 3, 2, 1, 1, 1];

function nextState(state: State, code: number): State {
  const group = classOf(code);
  const same = group === state.group;
  const run = same ? Math.min(state.run + 1, LONGEST_RUN[group] ?? 1) : 1;
  const capital = group === LOWER && (same ? state.capital : state.group === UPPER);
  if (group === NEWLINE && code === 13) return { group, run: 0, capital: false, code: 13 };
  return { group, run, capital, code: group === MARK ? code : 0 };
}

/** Names of the features one character adds to: the fit gives each a coefficient, the cost is their sum. */
export function featuresOf(state: State, code: number): string[] {
  const next = nextState(state, code);
  const name = CLASS_NAMES[next.group] ?? "x";
  const before = CLASS_NAMES[state.group] ?? "x";
  const same = next.group === state.group;
  if (next.group === LOWER) return [`l${next.capital ? "U" : ""}${next.run}`, `l'${String.fromCharCode(code)}`];
  if (next.group === UPPER || next.group === SPACE) return [same ? `${name}+${next.run}` : `${name}${before}`];
  if (next.group === NEWLINE) {
    if (state.code === 13 && code === 10) return [];
    return [same ? `n+${Math.max(1, next.run)}` : `n${before}`];
  }
  if (next.group === MARK) {
    const repeated = same && state.code === code;
    return [`p${code}${repeated ? "=" : ""}`, `p${before}`];
  }
  if (next.group === UNDERSCORE) return [`_${before}`];
  return [`${name}${next.run}`];
}

/** The state a text begins in: as after a line ending. */
export const FIRST_STATE = stateNumber({ group: NEWLINE, run: 1, capital: false, code: 0 });
/** The state after a character beyond ASCII. */
export const OTHER_STATE = stateNumber({ group: OTHER, run: 1, capital: false, code: 0 });

export interface Machine {
  states: readonly State[];
  /** Next state, at `state * 128 + code`. */
  next: Uint8Array;
}

let machine: Machine | undefined;

/** The machine, made on the first call. */
export function getMachine(): Machine {
  if (machine) return machine;
  const rows: number[] = [];
  for (let index = 0; index < states.length; index++) {
    const state = states[index];
    for (let code = 0; code < 128; code++) rows.push(state ? stateNumber(nextState(state, code)) : 0);
  }
  machine = { states, next: Uint8Array.from(rows) };
  return machine;
}

/** Ranges beyond ASCII that are priced alike: first code after the range, and its name. */
const RANGES: [number, string][] = [
  [0xa0, "X80"],
  [0x100, "latin1"],
  [0x250, "latin"],
  [0x370, "Xipa"],
  [0x530, "greek"],
  [0x600, "hebrew"],
  [0x700, "arabic"],
  [0x900, "Xsyriac"],
  [0xd80, "indic"],
  [0x1100, "Xthai"],
  [0x1200, "jamo"],
  [0x2000, "Xrare"],
  [0x2070, "punctuation"],
  [0x2190, "letterlike"],
  [0x2200, "arrow"],
  [0x2300, "maths"],
  [0x2500, "technical"],
  [0x25a0, "box"],
  [0x2e80, "symbol"],
  [0x3040, "cjkmark"],
  [0x3100, "kana"],
  [0x3400, "Xcjk"],
  [0x4e00, "Xcjka"],
  [0xa000, "han"],
  [0xac00, "Xyi"],
  [0xd7b0, "hangul"],
  [0xd830, "Xastral"],
  [0xd840, "surrogate"],
  [0xdc00, "Xastral"],
  [0xe000, "surrogate"],
  [0xff00, "Xprivate"],
  [0xfff0, "fullwidth"],
  [0x10000, "Xspecial"],
];

/** Names of the ranges; those that begin with X are rare in what the fit has seen. */
export const RANGE_NAMES = RANGES.map(([, name]) => name);

let rangeTable: Uint8Array | undefined;

/** Range number of every block of 16 codes, at `code >> 4`. */
export function getRangeTable(): Uint8Array {
  if (rangeTable) return rangeTable;
  const table = new Uint8Array(4096);
  let range = 0;
  for (let block = 8; block < 4096; block++) {
    while (block * 16 >= (RANGES[range]?.[0] ?? 0x10000)) range++;
    table[block] = range;
  }
  rangeTable = table;
  return table;
}

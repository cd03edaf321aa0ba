/** Names that look like a label and are none. */
const NOT_A_LABEL =
  /^(?:RFC|ISO|IEC|IEEE|UTF|SHA|AES|HTTP|HTTPS|TLS|SSL|EN|DIN|WCAG|HL|OAUTH|MD|BASE|IPV|USB|ES|PCI|ECSS|ANSI|NIST|FIPS|CVE|RS|HS|ARGON|X|P|Q|H|MP|PHASE|STEP|CHAPTER|SECTION|FIGURE|FIG|TABLE|APPENDIX|MILESTONE|SPRINT|PART|VERSION|V|OPTION|WEEK|DAY|EPIC|KEP|PEP|COVID|WEB|LEVEL|S|K|M|GB|MB|KB)$/;
const PREFIXED =
  /^[[(*_`]*([A-Z][A-Za-z]{0,11}(?:[-_][A-Z][A-Z0-9]{0,9}){0,3})([-_. ]?)(\d{1,5}(?:[.-]\d{1,3}){0,4}[a-z]?)([\])*_`]*)(\s*[:–—|]|\s*[.)-](?=\s)|\s)\s*/;
const NUMBERED = /^[[(*_`]*(\d{1,3}(?:\.\d{1,3}){1,5})([\])*_`]*)[.:)]?\s+[*_]*(?=\S)/;

const KNOWN =
  /^(?:N?FR|REQ|R|UC|US|SR|BR|AC|TR|UR|IR|QR|PR|F|NF|CON|SEC|PERF|INT|API|UI|DATA|SYS|FUNC|RULE|CR|SRS|TC|SF)$/i;

export interface Label {
  /** With hyphens in place of blanks and underscores. */
  name: string;
  /** Characters of the source the label takes up, marks included. */
  length: number;
}

/** The label a statement begins with: "FR-12", "[SEC-4]", "**GH-001**", "NFR 7:", "3.1.2". */
export function parseLabel(source: string): Label | undefined {
  const prefixed = PREFIXED.exec(source);
  if (prefixed) {
    const [whole, word = "", joint = "", number = "", marks = "", after = ""] = prefixed;
    const first = word.split(/[-_]/, 1)[0] ?? word;
    const closed = /[:–—|.)-]/.test(after) || marks !== "" || /[-_]/.test(joint) || source.startsWith("[");
    const plain = word === word.toUpperCase() || KNOWN.test(word);
    const known = KNOWN.test(first);
    if (plain && !(NOT_A_LABEL.test(first.toUpperCase()) && !known) && (closed || known)) {
      return {
        name: `${word}${joint === "" ? "" : joint === "." ? "." : "-"}${number}`.replace(/_/g, "-"),
        length: whole.length,
      };
    }
  }
  const numbered = NUMBERED.exec(source);
  return numbered?.[1] === undefined ? undefined : { name: numbered[1], length: numbered[0].length };
}

/** Whether a table cell is nothing but a label. */
export function cellLabel(cell: string): string | undefined {
  const label = parseLabel(`${cell.trim()} `);
  if (!label || label.length < cell.trim().length || !/[A-Za-z]|\./.test(label.name)) return undefined;
  return label.name;
}

/** A secret that stands in a text. The secret itself is not part of it. */
export interface SecretFinding {
  /** Which rule found it: "aws-access-token". */
  rule: string;
  description: string;
  /** Path of the file as it was given. */
  path: string;
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
  /** The first characters, and how many there are: "AKIA… (20 characters)". */
  masked: string;
  /** SHA-256 of the secret, its first 16 hexadecimal digits: the same secret has the same one everywhere. */
  fingerprint: string;
}

/** A text with the path that says where it stands. */
export interface NamedText {
  path: string;
  text: string;
  /** Line number of the text's first line in its file; default 1. */
  firstLine?: number;
}

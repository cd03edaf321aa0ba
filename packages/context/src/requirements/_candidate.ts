/** A stretch of the specification that may state a requirement, with what stands around it. */
export interface Candidate {
  /** Words of the statement, without marks. */
  text: string;
  start: number;
  end: number;
  startLine: number;
  endLine: number;
  headingPath: string[];
  source: "sentence" | "item" | "checkbox" | "row" | "endpoint" | "field" | "scenario" | "heading";
  /** The document's own id. */
  label?: string;
  /** Priority a column, a heading or a line below names. */
  priority?: string;
  /** Words that introduce the list the candidate stands in. */
  lead?: string;
  /** Stands under a heading such as "POST /loans". */
  underEndpoint?: boolean;
  /** The sentence is a paragraph of its own. */
  alone?: boolean;
  /** The sentence before it in the paragraph is a requirement. */
  afterObligation?: boolean;
}

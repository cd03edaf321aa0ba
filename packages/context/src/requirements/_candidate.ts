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
  label?: string;
  /** Priority a column or a heading names. */
  priority?: string;
  /** Words that introduce the list the candidate stands in. */
  lead?: string;
}

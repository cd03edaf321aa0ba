import { styleText } from "node:util";

/** Colours by meaning; plain text where there is no colour. */
export interface Painter {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  strong(text: string): string;
  dim(text: string): string;
  accent(text: string): string;
}

type Style = Parameters<typeof styleText>[0];

/** Creates a painter that colours, or one that leaves text as it is. */
export function createPainter(color: boolean): Painter {
  const style = (format: Style) => (text: string) =>
    color ? styleText(format, text, { validateStream: false }) : text;
  return {
    good: style("green"),
    bad: style("red"),
    warn: style("yellow"),
    strong: style("bold"),
    dim: style("dim"),
    accent: style("cyan"),
  };
}

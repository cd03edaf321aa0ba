import { createHash } from "node:crypto";
import type { GateFinding } from "./gate-finding.ts";

const excerptLength = 160;

/** A finding about a piece of code; its hash does not depend on white space. */
export function makeFinding({
  code,
  ...rest
}: Omit<GateFinding, "excerpt" | "codeHash"> & { code: string }): GateFinding {
  const excerpt = code.trim().replace(/\s+/g, " ");
  return {
    ...rest,
    excerpt: excerpt.length > excerptLength ? `${excerpt.slice(0, excerptLength - 1)}…` : excerpt,
    codeHash: createHash("sha256").update(code.replace(/\s+/g, "")).digest("hex").slice(0, 16),
  };
}

import type { Requirement } from "@ccb/core";
import type { Intake } from "./intake.ts";

/** The requirements that begin in one chunk; chunks are lossless, so every requirement begins in exactly one. */
export function requirementsOf(intake: Pick<Intake, "chunks" | "requirements">, index: number): Requirement[] {
  let start = 0;
  for (const chunk of intake.chunks) {
    const end = start + chunk.text.length;
    if (chunk.index === index) {
      return intake.requirements.filter(({ span }) => span.start >= start && span.start < end);
    }
    start = end;
  }
  return [];
}

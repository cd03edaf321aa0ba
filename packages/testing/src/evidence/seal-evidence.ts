import { createHash } from "node:crypto";
import type { Evidence } from "@ccb/core";

/** Evidence with its id: the SHA-256 of all else that it holds, so that equal evidence has one id and changed evidence another. */
export function sealEvidence(evidence: Omit<Evidence, "id">): Evidence {
  return { ...evidence, id: hashEvidence(evidence) };
}

/** True for evidence whose id is that of its content; false for what was changed after it was gathered, and for evidence without an id. */
export function isIntactEvidence(evidence: Evidence): boolean {
  const { id, ...content } = evidence;
  return id !== undefined && id === hashEvidence(content);
}

/** JSON with sorted members; members that are undefined count as not there, as in JSON. */
function hashEvidence(content: Omit<Evidence, "id">): string {
  return createHash("sha256").update(JSON.stringify(content, sortMembers)).digest("hex");
}

function sortMembers(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

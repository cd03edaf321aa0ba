import { nameScope, type RecordedScope } from "./cassette.ts";
import { sourceOfQuestion } from "./question.ts";

/** A call, or a question of the build itself, that did not come as it was recorded. */
export interface ReplayDivergence {
  /** Its request was another; nothing was recorded for it; or it was recorded and never came. */
  kind: "other-request" | "not-recorded" | "never-asked";
  run: number;
  scope: RecordedScope;
  /** "POST /v1/messages?beta=true". */
  endpoint: string;
  /** The recorded call that stands in its place; its number in the run, and its file. */
  expected?: { number: number; file: string } | undefined;
  /** Which call of the run this is, from 1. */
  ordinal: number;
  /** Where the requests first differ, a short unified diff of it, and in how many places they differ. */
  where?: string | undefined;
  diff?: string | undefined;
  places?: number | undefined;
  /** The tool whose result differs there. */
  tool?: string | undefined;
  /** It is the first call of a session that was gone on with after a cut. */
  isAfterCut?: boolean | undefined;
}

/** What happened, as one line. Pure. */
export function renderDivergence(divergence: ReplayDivergence): string {
  const { kind, run, ordinal, scope, expected, endpoint } = divergence;
  const who = nameScope(scope);
  const source = sourceOfQuestion(scope);
  if (source !== undefined) return renderQuestion(divergence, source);
  if (kind === "never-asked")
    return `Call ${expected?.number} of run ${run} (${who}) was recorded and did not come again.`;
  const call = `Call ${ordinal} of run ${run} (${who})`;
  if (kind === "not-recorded")
    return `${call}, ${endpoint}, was not recorded: the build makes a call more than it did.`;
  return [`${call} asks something else than it did: ${divergence.where}.`, ...explain(divergence)].join(" ");
}

function renderQuestion({ kind, run, expected, where }: ReplayDivergence, source: string): string {
  if (kind === "never-asked")
    return `What CCB asked ${source} in run ${run} (call ${expected?.number}) was recorded and was not asked again.`;
  if (kind === "other-request")
    return `CCB asks ${source} something else than it did in run ${run} (call ${expected?.number}): ${where}.`;
  return `CCB asks ${source} in run ${run} what has no recorded answer: it asks more than it did, or the build was made by a version of CCB that kept no such answers. Nobody was asked.`;
}

/** What most often lies behind such a difference. */
function explain({ tool, isAfterCut }: ReplayDivergence): string[] {
  return [
    ...(tool === undefined ? [] : [`The tool ${tool} ran again and gave something else than it did.`]),
    ...(isAfterCut
      ? [
          "The session was cut before it, and may have noted less then, or more, than in this replay (see docs/replay.md, Limits).",
        ]
      : []),
  ];
}

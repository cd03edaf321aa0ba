import { offlineLabel } from "../offline-label.ts";
import type { TaskFiles } from "./plan-task-files.ts";
import type { Session } from "./read-session.ts";
import { type TestRun, testCommand } from "./read-test-run.ts";
import { joinPath } from "./read-whole-specification.ts";

interface Outcome {
  session: Session;
  files: TaskFiles;
  tests: TestRun | undefined;
}

/** What the session tells at its end: what was made, what the tests said, and what was not made. */
export function renderClosing(outcome: Outcome): string {
  const { session, files } = outcome;
  const missing = unwritten(outcome);
  const made = files.files.map((file) => file.path).filter((path) => !missing.includes(path));
  const isRetry = session.prompt.sections.some((section) => section.name === "evidence");
  const lines = [
    `${session.task?.name ?? "The task"}: ${made.length} files written (${shorten(made)}).`,
    testSentence(outcome.tests),
    ...(missing.length > 0 ? [`Not written, because Claude Code refused it: ${shorten(missing)}.`] : []),
    ...(files.leftOut.length > 0 ? [`Not made: ${files.leftOut.slice(0, 5).join(" ")}`] : []),
    ...(isRetry
      ? [
          "A check had failed; the files were rendered again from the specification, and a rule gives the same files for the same text.",
        ]
      : []),
    `${offlineLabel}.`,
  ];
  return lines.join("\n");
}

/** What is worth remembering for later tasks. */
export function renderObservations(outcome: Outcome): string[] {
  const { files, tests } = outcome;
  return [
    `Files: ${files.files.map((file) => file.path).join(", ")}`,
    `Decision: generated from the parts ${files.parts.join(", ")} of the specification's service model, by rule`,
    testSentence(tests),
  ];
}

function testSentence(tests: TestRun | undefined): string {
  if (!tests) return `Tests were not run: the session offers no Bash tool, or \`${testCommand}\` gave no answer.`;
  if (tests.passed) return `\`${testCommand}\` passed: ${tests.summary}.`;
  const names = tests.failures.length > 0 ? ` Failed: ${tests.failures.join("; ")}.` : "";
  return `\`${testCommand}\` FAILED: ${tests.summary}.${names} The offline model cannot reason about the cause, so it stops here.`;
}

function unwritten({ session, files }: Outcome): string[] {
  return files.files
    .map((file) => file.path)
    .filter((path) => {
      const full = joinPath(session.directory, path);
      return !session.calls.some((call) => call.name === "Write" && call.input.file_path === full && !call.isError);
    });
}

function shorten(paths: string[]): string {
  const shown = paths.slice(0, 12).join(", ");
  return paths.length > 12 ? `${shown} and ${paths.length - 12} more` : shown || "none";
}

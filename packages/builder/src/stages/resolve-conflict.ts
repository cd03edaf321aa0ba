import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { renderPromptSection, type Task } from "@ccb/core";

/** Bytes of a file with conflicts that are shown at once; the session can read the rest. */
const shownBytes = 30_000;

/** What a session is told that has to resolve the conflict of a task with what was merged while it ran: each file with both sides in it. */
export async function renderConflictPrompt(at: {
  task: Task;
  directory: string;
  files: readonly string[];
}): Promise<string> {
  const { task, directory } = at;
  const shown = await Promise.all(
    at.files.map(async (path) => {
      const content = await readText(join(directory, path));
      return renderPromptSection({
        name: "conflict",
        attributes: { file: path },
        content: content.slice(0, shownBytes),
      });
    }),
  );
  const order = [
    `Your work on task "${task.name}" (${task.id}) met other work that was merged meanwhile, and both changed the same lines.`,
    "Between <<<<<<< and ======= stands what is on the main line now, between ======= and >>>>>>> what this task made.",
    "Resolve each file so that both purposes are kept, remove every marker, and make sure that the code still works. Change nothing else.",
  ];
  return [renderPromptSection({ name: "task", content: JSON.stringify(task) }), order.join("\n"), ...shown].join(
    "\n\n",
  );
}

/** The files in which a conflict marker was left. */
export async function findConflictMarkers(directory: string, files: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(files.map(async (path) => [path, await readText(join(directory, path))] as const));
  return texts.flatMap(([path, text]) => (/^(<{7} |>{7} |={7}$)/m.test(text) ? [path] : []));
}

/** One side of a conflict may have deleted the file. */
async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return "";
    throw cause;
  });
}

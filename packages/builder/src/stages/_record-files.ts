import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ChangedFile } from "../repository/open-repository.ts";
import type { Workbench } from "../workbench.ts";
import type { TaskSession } from "./task-session.ts";

/** Keeps a copy of every regular file that the task made or changed. */
export async function recordFiles(
  bench: Workbench,
  made: { session: TaskSession; directory: string; files: ChangedFile[] },
): Promise<void> {
  const { phase, task } = made.session;
  const spent = bench.ledger.entries({ task: task.id });
  const tokens = spent.reduce((sum, entry) => sum + entry.usage.outputTokens, 0);
  for (const file of made.files) {
    if (file.change === "deleted") continue;
    const path = join(made.directory, file.path);
    if (!(await lstat(path)).isFile()) continue;
    const content = await readFile(path);
    bench.generatedCode.record({
      phase: phase.id,
      task: task.id,
      model: bench.options.model,
      tokens,
      path: file.path,
      content,
    });
  }
}

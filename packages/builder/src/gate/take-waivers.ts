import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { listTasks, type Plan } from "@ccb/core";
import { parseWaivers, waiverFile } from "@ccb/testing/gate";
import { renderMessage } from "../repository/open-repository.ts";
import { runGitForAnswer } from "../repository/run-git.ts";
import { productionTasks } from "../stages/validate-production.ts";
import type { Workbench } from "../workbench.ts";

/**
 * Takes the waivers that people have committed to the project between two runs. One that a session wrote does not count: neither a file that is not committed, nor a commit that was made while a session
 * was under way. CcbError `bad-input` for a list that cannot be read.
 */
export async function takeWaivers(bench: Workbench): Promise<void> {
  const text = await findSignedText(bench);
  if (text === undefined) return;
  const today = bench.clock.now().toISOString().slice(0, 10);
  bench.waivers.push(...parseWaivers(text).filter(({ until }) => until === undefined || today < until));
  await keepInHistory(bench);
}

async function findSignedText(bench: Workbench): Promise<string | undefined> {
  const { repository, paths } = bench;
  if (!(await repository.exists())) return undefined;
  const git = gitIn(bench, paths.root);
  const written = await readFile(join(paths.root, waiverFile), "utf8").catch(() => undefined);
  const committed = await git("show", `HEAD:${waiverFile}`);
  if (written !== undefined && written !== committed)
    warn(bench, `${waiverFile} is not committed as it is, so that does not count; commit it to sign for findings.`);
  if (committed === undefined) return undefined;
  const commit = (await git("log", "-1", "--format=%H", "--", waiverFile))?.trim() ?? "";
  if (!(await wasMadeBesideSession(bench, commit))) return committed;
  warn(
    bench,
    `${waiverFile} was committed while a session was under way, which may have done it; it does not count in this run.`,
  );
  const base = await repository.lastCommitOf(bench.build);
  return base === undefined ? undefined : git("show", `${base}:${waiverFile}`);
}

/** A session that was cut may have made every commit since it began. Those of a session that ended are taken back at its end. */
async function wasMadeBesideSession(bench: Workbench, commit: string): Promise<boolean> {
  const git = gitIn(bench, bench.paths.root);
  const plan = bench.journal.latest<Plan>("plan");
  const steps = plan
    ? [
        ...productionTasks,
        ...listTasks(plan).map(({ task }) => task.id),
        ...plan.phases.map(({ id }) => `repair-${id}`.slice(0, 63)),
      ]
    : [];
  for (const id of steps) {
    const base = bench.journal.cutAttempt(`task:${id}`)?.base;
    if (base === undefined) continue;
    const since = await git("rev-list", `${base}..HEAD`, "--", waiverFile);
    if (since === undefined || since.split("\n").includes(commit)) return true;
  }
  return false;
}

/** A task in the project directory starts from CCB's last commit: a person's commit of nothing but waivers becomes part of that line. */
async function keepInHistory(bench: Workbench): Promise<void> {
  const { repository, paths } = bench;
  const git = gitIn(bench, paths.root);
  const base = await repository.lastCommitOf(bench.build);
  const head = await repository.head();
  if (base === undefined || head === undefined || base === head) return;
  const changed = await repository.changedFiles(base, head);
  if (changed.length !== 1 || changed[0]?.path !== waiverFile) return;
  const message = renderMessage(
    { subject: `Take the waivers in ${waiverFile}`, trailers: [["CCB-Build", bench.build]] },
    "",
  );
  const commit = (await git("commit-tree", `${head}^{tree}`, "-p", head, "-m", message))?.trim();
  if (commit !== undefined) await git("update-ref", "HEAD", commit, head);
}

/** What git answers; undefined where what was asked for is not there. */
function gitIn(bench: Workbench, directory: string): (...args: string[]) => Promise<string | undefined> {
  return async (...args) => {
    const { environment } = bench;
    const { code, stdout } = await runGitForAnswer({ args, directory, environment, answers: [0, 128] });
    return code === 0 ? stdout : undefined;
  };
}

function warn(bench: Workbench, message: string): void {
  bench.emit({ type: "warning", message });
}

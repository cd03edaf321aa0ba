import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

/** A copy of a project in which commands may write what they like. */
export interface ProjectCopy extends AsyncDisposable {
  cwd: string;
  /** The home folder of the commands, with a curl that fails when the answer is an error. */
  home: string;
}

/** The one copy for all commands; made for the first that needs it, since what is installed may be large. */
export interface LazyCopy extends AsyncDisposable {
  get(): Promise<ProjectCopy>;
}

/** Opens a {@link LazyCopy}. */
export function openProjectCopy(directory: string): LazyCopy {
  let copying: Promise<ProjectCopy> | undefined;
  return {
    get() {
      copying ??= copyProject(directory);
      return copying;
    },
    async [Symbol.asyncDispose]() {
      // One that could not be made was told to who asked for it.
      const made = await copying?.catch(() => undefined);
      await made?.[Symbol.asyncDispose]();
    },
  };
}

const leftOut = /^(?:\.git|\.checkpoints|logs|claude-builds)(?:\/|$)/;

/** Copies a project, with what is installed in it and without its history. */
export async function copyProject(directory: string): Promise<ProjectCopy> {
  const folder = await mkdtemp(join(tmpdir(), "ccb-validate-"));
  const cwd = join(folder, "project");
  const home = join(folder, "home");
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    await cp(directory, cwd, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !leftOut.test(relative(directory, path)),
    });
    await mkdir(home);
    await writeFile(join(home, ".curlrc"), "fail-with-body\nsilent\nshow-error\nmax-time = 30\n");
  } catch (error) {
    await remove();
    throw error;
  }
  return { cwd, home, [Symbol.asyncDispose]: remove };
}

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether sessions can be confined by bubblewrap on this machine. */
export type BubblewrapFound = { path: string } | { path: undefined; reason: string };

/** Looks for `bwrap` on this PATH and runs it once, since many machines have it and do not let it make namespaces. Linux only; about 10 ms. */
export function detectBubblewrap(searchPath: string): BubblewrapFound {
  if (process.platform !== "linux") return { path: undefined, reason: "bubblewrap needs Linux" };
  const path = searchPath
    .split(delimiter)
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, "bwrap"))
    .find((candidate) => existsSync(candidate));
  if (path === undefined) return { path: undefined, reason: "bwrap is not on the PATH" };
  // Through itself, so that nothing else has to be there: inside, `bwrap --version` prints one line.
  const trial = spawnSync(path, [...namespaces, "--ro-bind", "/", "/", ...devices, "--", path, "--version"], {
    encoding: "utf8",
    env: {},
    timeout: 10_000,
  });
  if (trial.status === 0) return { path };
  const said = trial.error?.message ?? trial.stderr.trim().split("\n").at(-1);
  return { path: undefined, reason: `bwrap does not work on this machine: ${said || `it ended with ${trial.status}`}` };
}

/** What holds for every confined session; the network is shared, since the gateway listens on this machine. */
export const namespaces: readonly string[] = Object.freeze([
  "--die-with-parent",
  "--unshare-pid",
  "--unshare-ipc",
  // Root keeps only what files need. With the rest it could make the system writable again from inside.
  ...["--cap-drop", "ALL"],
  ...(process.getuid?.() === 0
    ? ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETGID", "SETUID", "KILL"].flatMap((name) => [
        "--cap-add",
        `CAP_${name}`,
      ])
    : []),
]);

/** Devices and the process table of the session's own namespaces. */
export const devices: readonly string[] = Object.freeze(["--dev", "/dev", "--proc", "/proc"]);

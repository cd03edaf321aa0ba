import { spawn } from "node:child_process";

/** Ends with the session, or kills it when this process dies. */
export interface SessionGuard {
  /** Tells the guard which process group to kill. */
  watch(pid: number): void;
  /** The session is over; the guard goes without killing anything. */
  release(): void;
}

/**
 * A shell that waits on a pipe from this process. Whatever ends this process, kill -9 too, closes the pipe; then it kills the session's group and,
 * on Linux, all that carry the session's mark. It looks until nothing is found twice in a row, since a dying process may just have started another.
 */
const guardScript = `
group=
while read -r word; do
  if [ "$word" = over ]; then exit 0; fi
  group=$word
done
if [ -n "$group" ]; then kill -KILL -- "-$group" 2>/dev/null; fi
[ -d /proc/self ] || exit 0
clean=0
round=0
while [ "$clean" -lt 2 ] && [ "$round" -lt 100 ]; do
  files=$(grep -laF -e "$1" /proc/[0-9]*/environ 2>/dev/null)
  if [ -n "$files" ]; then
    clean=0
    for file in $files; do
      pid=\${file#/proc/}
      kill -KILL "\${pid%/environ}" 2>/dev/null
    done
  else
    clean=$((clean + 1))
  fi
  round=$((round + 1))
  sleep 0.1
done
`;

/** Starts the guard of one session; it has to run before the session's process does. `mark` is the whole `NAME=value` of the session's environment. */
export function startSessionGuard(options: {
  mark: string;
  path: string;
  onError: (error: Error) => void;
}): SessionGuard {
  const guard = spawn("/bin/sh", ["-c", guardScript, "ccb-session-guard", options.mark], {
    env: { PATH: options.path },
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.on("error", options.onError);
  // A guard that was killed closes its pipe; the session then runs unguarded, which is no reason to end it.
  guard.stdin.on("error", () => guard.stdin.destroy());
  guard.unref();
  return {
    watch: (pid) => void guard.stdin.write(`${pid}\n`),
    release: () => void guard.stdin.end("over\n"),
  };
}

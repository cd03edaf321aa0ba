import { homedir } from "node:os";
import { delimiter, dirname } from "node:path";

/**
 * The environment of a checked program: PATH, HOME and LANG, then what is given. Nothing is inherited, so no key reaches it.
 *
 * PATH begins with the folder of the Node that runs CCB, so that `node` is the same program in every check.
 */
export function cleanEnvironment(given: Readonly<Record<string, string>> = {}): Record<string, string> {
  const folders = [
    dirname(process.execPath),
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/usr/local/sbin",
    "/usr/sbin",
    "/sbin",
  ];
  return { PATH: folders.join(delimiter), HOME: homedir(), LANG: "C.UTF-8", ...given };
}

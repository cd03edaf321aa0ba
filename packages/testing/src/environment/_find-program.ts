import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CcbError } from "@ccb/core";

const folders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin"];

/** The path of a service's program, also where Debian keeps PostgreSQL's. Throws a CcbError that names the Debian package. */
export function findProgram(name: string, debianPackage: string): string {
  const path = [...listPostgresFolders(), ...folders]
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
  if (path !== undefined) return path;
  throw new CcbError({
    code: "io-failed",
    message: `${name} is not on this machine.`,
    hint: `Install it (Debian: apt-get install ${debianPackage}).`,
  });
}

/** Newest first. */
function listPostgresFolders(): string[] {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root) : [];
  return versions.sort((left, right) => Number(right) - Number(left)).map((version) => join(root, version, "bin"));
}

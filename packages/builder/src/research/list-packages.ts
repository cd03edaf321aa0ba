import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PackageVersion } from "@ccb/agents/research";

/** The packages that a project's lock files name with their versions: `package-lock.json` and pinned lines of `requirements.txt`. */
export async function listPackages(directory: string): Promise<PackageVersion[]> {
  const [npm, requirements] = await Promise.all(
    ["package-lock.json", "requirements.txt"].map((name) => readFile(join(directory, name), "utf8").catch(() => "")),
  );
  return [...parseNpmLock(npm ?? ""), ...parseRequirements(requirements ?? "")];
}

/** Packages of a `package-lock.json` (versions 2 and 3). Pure; what is no lock file names none. */
export function parseNpmLock(text: string): PackageVersion[] {
  let lock: { packages?: Record<string, { version?: string; link?: boolean }> };
  try {
    lock = JSON.parse(text) as typeof lock;
  } catch {
    return [];
  }
  const found = Object.entries(lock.packages ?? {}).flatMap(([path, { version, link }]): PackageVersion[] => {
    const name = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
    return name === undefined || version === undefined || link ? [] : [{ ecosystem: "npm", name, version }];
  });
  return distinct(found);
}

/** Pinned lines (`name==1.2.3`) of a `requirements.txt`; names as PyPI normalises them. Pure. */
export function parseRequirements(text: string): PackageVersion[] {
  const found = text.split("\n").flatMap((line): PackageVersion[] => {
    const [, name, version] = /^\s*([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*==\s*([\w.!+-]+)/.exec(line) ?? [];
    if (name === undefined || version === undefined) return [];
    return [{ ecosystem: "PyPI", name: name.toLowerCase().replaceAll(/[-_.]+/g, "-"), version }];
  });
  return distinct(found);
}

function distinct(packages: PackageVersion[]): PackageVersion[] {
  return [...new Map(packages.map((one) => [`${one.name}@${one.version}`, one])).values()];
}

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "./workspace.ts";

/** A package as it would be published. */
export interface PackedPackage {
  manifest: Manifest;
  /** Absolute path of the .tgz. */
  tarball: string;
  /** Absolute path of the package's folder. */
  directory: string;
}

/** Packs every published package of a built workspace into a folder, with workspace ranges and publish settings applied. */
export function packPackages(root: string, into: string): PackedPackage[] {
  return readdirSync(join(root, "packages")).flatMap((folder) => {
    const directory = join(root, "packages", folder);
    if (!existsSync(join(directory, "package.json"))) return [];
    const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
    if (manifest.private === true) return [];
    if (!existsSync(join(directory, "dist"))) throw new Error(`${manifest.name} has no dist; run \`pnpm build\` first`);
    execFileSync("pnpm", ["pack", "--pack-destination", into], {
      cwd: directory,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const tarball = join(into, `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`);
    if (!existsSync(tarball)) throw new Error(`pnpm pack made no ${tarball}`);
    return [{ manifest, tarball, directory }];
  });
}

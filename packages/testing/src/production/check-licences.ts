import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SourceTree } from "../gate/gate-finding.ts";
import { isRecord, readManifest } from "./_manifest.ts";
import type { ProductionFinding } from "./production-report.ts";

/** Licences under which a service may be run and changed without giving its own source away. */
const free =
  /^(?:MIT(?:-0)?|ISC|0BSD|BSD(?:-[234]-Clause)?(?:-\w+)?|Apache(?:-| )2\.0|Apache Software License.*|BlueOak-1\.0\.0|CC0-1\.0|CC-BY-[34]\.0|Unlicense|Zlib|Python-2\.0(?:\.1)?|PSF-2\.0|WTFPL|MPL-2\.0|LGPL-[23](?:\.\d)?(?:-only|-or-later)?|MIT License|BSD License|ISC License.*|Python Software Foundation License|Mozilla Public License 2\.0.*|The Unlicense.*|HPND|Artistic-2\.0|BSL-1\.0)$/i;

export interface LicenceCheck {
  status: "passed" | "failed" | "not-run";
  why: string;
  findings: ProductionFinding[];
}

/** Looks at the licence of every package that a project needs to run, as it is installed. */
export async function checkLicences(directory: string, files: SourceTree): Promise<LicenceCheck> {
  const { kind, dependencies } = readManifest(files);
  if (dependencies.length === 0) return { status: "passed", why: "the project depends on no package", findings: [] };
  const licences =
    kind === "node" ? await readNodeLicences(directory, dependencies) : await readPythonLicences(directory);
  if (licences.size === 0)
    return { status: "not-run", why: "no package is installed, so no licence could be read", findings: [] };
  const findings = [...licences].flatMap(([name, licence]): ProductionFinding[] => {
    if (licence === undefined)
      return [{ area: "licences", reason: `${name} does not say under which licence it may be used` }];
    return isFree(licence)
      ? []
      : [{ area: "licences", reason: `${name} has the licence ${licence}, which may bind the project that uses it` }];
  });
  const status = findings.length === 0 ? "passed" : "failed";
  return { status, why: `${licences.size} installed packages looked at`, findings };
}

/** An SPDX expression: of an OR one side is enough, of an AND both are needed. */
export function isFree(expression: string): boolean {
  const text = expression.trim().replace(/^\((.*)\)$/, "$1");
  if (/\sOR\s/.test(text)) return text.split(/\sOR\s/).some((part) => isFree(part.replace(/^\(|\)$/g, "")));
  if (/\sAND\s/.test(text)) return text.split(/\sAND\s/).every((part) => isFree(part.replace(/^\(|\)$/g, "")));
  return free.test(text.replace(/\sWITH\s.*$/, ""));
}

/** Follows the dependencies through node_modules, as Node would find them. */
async function readNodeLicences(
  directory: string,
  dependencies: readonly string[],
): Promise<Map<string, string | undefined>> {
  const licences = new Map<string, string | undefined>();
  const visit = async (name: string, from: string[]): Promise<void> => {
    for (let depth = from.length; depth >= 0; depth -= 1) {
      const folder = [...from.slice(0, depth), "node_modules", name];
      const text = await readFile(join(directory, ...folder, "package.json"), "utf8").catch(() => undefined);
      if (text === undefined) continue;
      const manifest: unknown = JSON.parse(text);
      const key = `${name}@${isRecord(manifest) ? String(manifest.version) : ""}`;
      if (!isRecord(manifest) || licences.has(key)) return;
      licences.set(key, readLicence(manifest));
      for (const next of isRecord(manifest.dependencies) ? Object.keys(manifest.dependencies) : [])
        await visit(next, folder);
      return;
    }
  };
  for (const name of dependencies) await visit(name, []);
  return licences;
}

function readLicence({ license, licenses }: Record<string, unknown>): string | undefined {
  if (typeof license === "string") return license;
  if (isRecord(license) && typeof license.type === "string") return license.type;
  const types = Array.isArray(licenses)
    ? licenses.flatMap((entry) => (isRecord(entry) && typeof entry.type === "string" ? [entry.type] : []))
    : [];
  return types.length > 0 ? types.join(" OR ") : undefined;
}

/** What is installed in the project's own virtual environment. */
async function readPythonLicences(directory: string): Promise<Map<string, string | undefined>> {
  const licences = new Map<string, string | undefined>();
  for (const environment of [".venv", "venv"]) {
    const library = join(directory, environment, "lib");
    for (const version of await readdir(library).catch(() => [])) {
      const packages = join(library, version, "site-packages");
      for (const entry of (await readdir(packages).catch(() => [])).filter((name) => name.endsWith(".dist-info"))) {
        const text = await readFile(join(packages, entry, "METADATA"), "utf8").catch(() => "");
        const name = /^Name:\s*(.+)$/m.exec(text)?.[1] ?? entry;
        if (!/^(?:pip|setuptools|wheel)$/.test(name))
          licences.set(name, readPythonLicence(text.split("\n\n")[0] ?? ""));
      }
    }
  }
  return licences;
}

function readPythonLicence(head: string): string | undefined {
  const expression = /^License-Expression:\s*(.+)$/m.exec(head)?.[1];
  const classifiers = [...head.matchAll(/^Classifier:\s*License :: (?:OSI Approved :: )?(.+)$/gm)].map(
    (match) => match[1] ?? "",
  );
  const field = /^License:\s*(.{1,40})$/m.exec(head)?.[1];
  return expression ?? (classifiers.length > 0 ? classifiers.join(" OR ") : field);
}

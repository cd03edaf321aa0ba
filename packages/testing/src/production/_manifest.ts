import type { SourceTree } from "../gate/gate-finding.ts";

/** What a project's manifest says, of Node or Python. */
export interface Manifest {
  kind: "node" | "python" | "none";
  name: string;
  scripts: Readonly<Record<string, string>>;
  dependencies: string[];
  development: string[];
  /** pyproject.toml and the requirement files, as text. */
  text: string;
}

/** Reads package.json, else pyproject.toml and requirements; a broken package.json counts as none. */
export function readManifest(files: SourceTree): Manifest {
  const none: Manifest = { kind: "none", name: "", scripts: {}, dependencies: [], development: [], text: "" };
  const text = files["package.json"];
  if (text !== undefined) return { ...none, kind: "node", ...readPackageJson(text) };
  const python = [
    "pyproject.toml",
    "requirements.txt",
    "requirements-dev.txt",
    "setup.cfg",
    "setup.py",
    "Pipfile",
  ].filter((path) => path in files);
  if (python.length === 0) return none;
  return {
    ...none,
    kind: "python",
    text: python.map((path) => files[path]).join("\n"),
    dependencies: readPythonDependencies(files),
  };
}

function readPackageJson(text: string): Partial<Manifest> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {};
  }
  if (!isRecord(value)) return {};
  const names = (field: unknown): string[] => (isRecord(field) ? Object.keys(field) : []);
  const scripts = isRecord(value.scripts) ? value.scripts : {};
  return {
    name: typeof value.name === "string" ? value.name : "",
    scripts: Object.fromEntries(
      Object.entries(scripts).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    ),
    dependencies: [...names(value.dependencies), ...names(value.optionalDependencies)],
    development: names(value.devDependencies),
  };
}

/** Names in requirements.txt and in `dependencies = […]` of pyproject.toml. */
function readPythonDependencies(files: SourceTree): string[] {
  const lines = (files["requirements.txt"] ?? "").split("\n").filter((line) => /^[A-Za-z]/.test(line));
  const block =
    /^dependencies\s*=\s*\[((?:[^\]"']|"[^"]*"|'[^']*')*)\]/m.exec(files["pyproject.toml"] ?? "")?.[1] ?? "";
  const quoted = [...block.matchAll(/["']([A-Za-z][\w.-]*)/g)].map((match) => match[1] ?? "");
  return [...new Set([...lines.map((line) => /^[\w.-]+/.exec(line)?.[0] ?? ""), ...quoted])].filter(
    (name) => name !== "",
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

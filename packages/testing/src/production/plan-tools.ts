import type { SourceTree } from "../gate/gate-finding.ts";
import { type Manifest, readManifest } from "./_manifest.ts";

/** A tool of the project that says yes or no and changes nothing. */
export interface PlannedTool {
  area: "format" | "lint" | "types";
  command: string;
  /** Where it was found: 'the script "lint"'. */
  found: string;
}

/** Finds the formatter, linter and type checker that a project itself has chosen: its scripts first, then what it depends on. Pure. */
export function planTools(files: SourceTree): PlannedTool[] {
  const manifest = readManifest(files);
  return manifest.kind === "node"
    ? planNode(manifest, files)
    : manifest.kind === "python"
      ? planPython(manifest, files)
      : [];
}

const scriptNames = {
  format: /^(?:format|fmt|prettier|style)[:._-]?check$|^check[:._-]?(?:format|style)$/,
  lint: /^lint(?:[:._-]?check)?$/,
  types: /^(?:type-?check|types|check[:._-]?types|tsc)$/,
} as const;

const toolsOfNode: { area: PlannedTool["area"]; needs: RegExp; command: string }[] = [
  { area: "format", needs: /^prettier$/, command: "npx --no-install prettier --check ." },
  { area: "format", needs: /^@biomejs\/biome$/, command: "npx --no-install biome format ." },
  { area: "lint", needs: /^@biomejs\/biome$/, command: "npx --no-install biome lint ." },
  { area: "lint", needs: /^eslint$/, command: "npx --no-install eslint ." },
  { area: "lint", needs: /^oxlint$/, command: "npx --no-install oxlint" },
  { area: "types", needs: /^typescript$/, command: "npx --no-install tsc --noEmit" },
];

function planNode({ scripts, dependencies, development }: Manifest, files: SourceTree): PlannedTool[] {
  const packages = [...dependencies, ...development];
  return (["format", "lint", "types"] as const).flatMap((area): PlannedTool[] => {
    const script = Object.keys(scripts).find(
      (name) => scriptNames[area].test(name) && !/--(?:fix|write)\b/.test(scripts[name] ?? ""),
    );
    if (script !== undefined)
      return [{ area, command: `npm run --silent ${script}`, found: `the script ${JSON.stringify(script)}` }];
    const tool = toolsOfNode.find((entry) => entry.area === area && packages.some((name) => entry.needs.test(name)));
    if (tool === undefined || (area === "types" && !("tsconfig.json" in files))) return [];
    return [{ area, command: tool.command, found: "a dependency of package.json" }];
  });
}

const toolsOfPython: { area: PlannedTool["area"]; name: string; command: string }[] = [
  { area: "format", name: "ruff", command: "ruff format --check ." },
  { area: "format", name: "black", command: "black --check ." },
  { area: "lint", name: "ruff", command: "ruff check --no-fix ." },
  { area: "lint", name: "flake8", command: "flake8 ." },
  { area: "lint", name: "pylint", command: "pylint --recursive=y ." },
  { area: "types", name: "mypy", command: "mypy ." },
  { area: "types", name: "pyright", command: "pyright" },
];

function planPython({ text }: Manifest, files: SourceTree): PlannedTool[] {
  const configs: Record<string, string[]> = {
    ruff: ["ruff.toml", ".ruff.toml"],
    flake8: [".flake8"],
    mypy: ["mypy.ini"],
    pyright: ["pyrightconfig.json"],
  };
  const isChosen = (name: string): boolean =>
    new RegExp(`^\\s*\\[tool\\.${name}\\b|["'\\s]${name}(?:["'\\s=<>~!;]|$)|^${name}\\b`, "m").test(text) ||
    (configs[name] ?? []).some((path) => path in files);
  return (["format", "lint", "types"] as const).flatMap((area): PlannedTool[] => {
    const tool = toolsOfPython.find((entry) => entry.area === area && isChosen(entry.name));
    return tool === undefined ? [] : [{ area, command: tool.command, found: "the project's configuration" }];
  });
}

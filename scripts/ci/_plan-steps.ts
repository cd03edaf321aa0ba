import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readReadmeCommands } from "./_readme-commands.ts";

/** One thing that CI does. */
export interface Step {
  name: string;
  /** Run by bash in the repository's root. */
  command: string;
  /** workspace: with this workspace's tools on the path · reader: as somebody would type it who has only what the README asks for. */
  as: "workspace" | "reader";
}

/** Installs what some tests need beyond Node: sandboxes, a browser, databases. */
const machineScript = "scripts/ci/install-machine.sh";

/** Everything CI does, in order: what needs the whole build comes before the README's commands, which build in their own way. */
export function planSteps(root: string): Step[] {
  const workspace = (name: string, command: string): Step => ({ name, command, as: "workspace" });
  return [
    ...(existsSync(join(root, machineScript)) ? [workspace("machine", `bash ${machineScript}`)] : []),
    workspace("install", "pnpm install --frozen-lockfile"),
    workspace("build", "pnpm build"),
    ...readLintCommands(root).map((command) => workspace(`lint: ${command}`, command)),
    workspace("packages", "node scripts/house/check-packages.ts"),
    workspace("tarballs", "node scripts/ci/tarball.ts"),
    workspace("shown outputs", "node scripts/ci/readme-outputs.ts"),
    ...readCommands(root).map((command): Step => ({ name: `README: ${command}`, command, as: "reader" })),
    ...listExamples(root).map((path) => workspace(`example: ${path}`, `node --conditions=ccb-source ${path}`)),
    ...planCrashLab(root).map((command) => workspace("crash laboratory", command)),
  ];
}

/** The parts of the lint script, so that each runs even if one before it fails. */
function readLintCommands(root: string): string[] {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts?: { lint?: string } };
  return (manifest.scripts?.lint ?? "")
    .split("&&")
    .map((command) => command.trim())
    .filter((command) => command !== "");
}

/** A dozen kills over two builds; the kills at an exact write need a C compiler, which is installed where that is possible. */
function planCrashLab(root: string): string[] {
  if (!existsSync(join(root, "crash-lab/run.ts"))) return [];
  const install = "apt-get -q update && apt-get -qy install --no-install-recommends gcc libc6-dev";
  const compiler = `command -v cc || [ "$(id -u)" != 0 ] || { ${install}; } || true`;
  return [`{ ${compiler}; }; node --conditions=ccb-source crash-lab/run.ts --runs 2 --parallel 2 --scenario kill-`];
}

function readCommands(root: string): string[] {
  const path = join(root, "README.md");
  const commands = existsSync(path) ? readReadmeCommands(readFileSync(path, "utf8")) : [];
  // Better a step that fails than a README whose commands nobody runs.
  return commands.length > 0 ? commands : ["echo 'README.md has no block marked <!-- ci -->' >&2; exit 1"];
}

function listExamples(root: string): string[] {
  const packages = existsSync(join(root, "packages")) ? readdirSync(join(root, "packages")).sort() : [];
  const folders = [...packages.map((name) => `packages/${name}/examples`), "examples"];
  return folders.flatMap((folder) => {
    if (!existsSync(join(root, folder))) return [];
    const files = readdirSync(join(root, folder)).filter((file) => /(?<!\.test|\.config)\.ts$/.test(file));
    return files.sort().map((file) => `${folder}/${file}`);
  });
}

import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { awaitUntil } from "../../test-support/await-until.ts";
import {
  createSessionBench,
  defineTestServer,
  renderTestRequest,
  type SessionBench,
} from "../../test-support/session-bench.ts";
import { readProcessTable, readProcessVariable } from "../process/process-table.ts";
import { detectBubblewrap } from "./detect-bubblewrap.ts";
import type { Confinement } from "./plan-confinement.ts";

const found = detectBubblewrap(process.env.PATH ?? "");
let bench: SessionBench | undefined;

afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

/** Runs these commands in one confined session, one after the other, and gives what the session was told of each. */
async function runCommands(render: (bench: SessionBench) => string[], more: Partial<Confinement> = {}) {
  const confinement = { bubblewrap: found.path ?? "", writable: [], readOnly: [], ...more };
  let commands: string[] = [];
  bench = await createSessionBench(
    ({ number }) => {
      const command = commands[number - 1];
      return command === undefined ? { text: "Done." } : { tools: [{ name: "Bash", input: { command } }] };
    },
    { confinement },
  );
  commands = render(bench);
  const result = await bench.run({ mcpServers: [defineTestServer("probe")] });
  expect(result.status).toBe("done");
  return { ...bench, told: result.toolUses.map(({ response }) => response), toolUses: result.toolUses };
}

/** Claude Code looks at what a command redirects and moves, not at what a program does. */
const byNode = (code: string) => `node -e 'const fs = require("fs"); ${code}'`;

const listSessionProcesses = (home: string) =>
  readProcessTable().filter((row) => readProcessVariable(row.pid, "HOME") === home);

describe.runIf(found.path !== undefined)("a confined session", () => {
  it("cannot write outside its project, whatever does the writing, and is told so", async () => {
    let neighbour = "";
    const inHome = join(homedir(), "ccb-escaped.txt");
    const { project, home, toolUses, told } = await runCommands(({ project: at }) => {
      neighbour = join(dirname(at), "neighbour");
      execFileSync("git", ["init", "--quiet", neighbour]);
      symlinkSync(neighbour, join(at, "link"));
      return [
        "echo x > ../outside.txt",
        `echo x > ${inHome}`,
        byNode(`fs.writeFileSync("${dirname(at)}/by-node.txt", "x")`),
        byNode('fs.writeFileSync("link/through-the-link.txt", "x")'),
        "git -C link -c user.name=a -c user.email=a@b commit --allow-empty -m x",
        `mkdir -p dep && echo '{"name":"dep","version":"1.0.0","scripts":{"postinstall":"echo x > ${neighbour}/by-npm.txt"}}' > dep/package.json && npm install --offline --no-audit --no-fund --foreground-scripts ./dep`,
        "mount -o remount,rw / && echo x > ../outside.txt",
      ];
    });
    expect(toolUses.map(({ succeeded }) => succeeded)).toEqual([false, false, false, false, false, false, false]);
    for (const answer of told.slice(0, 6)) expect(answer).toMatch(/read-only file system|EROFS/i);
    expect(existsSync(join(dirname(project), "outside.txt"))).toBe(false);
    expect(existsSync(join(dirname(project), "by-node.txt"))).toBe(false);
    expect(existsSync(inHome)).toBe(false);
    expect(existsSync(join(neighbour, "through-the-link.txt"))).toBe(false);
    expect(existsSync(join(neighbour, "by-npm.txt"))).toBe(false);
    expect(existsSync(join(neighbour, ".git", "refs", "heads", "master"))).toBe(false);
    expect(listSessionProcesses(home)).toEqual([]);
  });

  it("works as always inside: files, packages, commits, its MCP servers, the loopback network and a /tmp of its own", async () => {
    const { project, told, toolUses, home } = await runCommands(({ project: at, model }) => {
      execFileSync("git", ["init", "--quiet", at]);
      return [
        "echo one > a.txt && cat a.txt",
        "git add a.txt && git -c user.name=a -c user.email=a@b commit --quiet -m one && git log --format=%s",
        "mktemp",
        `node -e 'fetch("${model.url}/").then(r => console.log("status", r.status))'`,
        byNode('fs.writeFileSync(".git/hooks/post-commit", "x")'),
        "git config core.hooksPath /somewhere",
        byNode('fs.renameSync(".git", "put-aside")'),
        "ps -e -o comm= | grep -c . > count.txt; sh -c 'setsid sleep 300 > /dev/null 2>&1 &'; echo $HOME > $HOME/mine.txt",
      ];
    });
    expect(toolUses.map(({ succeeded }) => succeeded)).toEqual([true, true, true, true, false, false, false, true]);
    expect(told[1]).toContain("one");
    expect(told[3]).toContain("status 404");
    const [temporary = ""] = /\/tmp\/tmp\.\w+/.exec(told[2] ?? "") ?? [];
    expect(temporary).not.toBe("");
    expect(existsSync(temporary)).toBe(false);
    expect(readFileSync(join(home, "mine.txt"), "utf8")).toBe(`${home}\n`);
    expect(Number(readFileSync(join(project, "count.txt"), "utf8"))).toBeLessThan(20);
    expect(existsSync(join(project, ".git", "hooks", "post-commit"))).toBe(false);
    expect(listSessionProcesses(home)).toEqual([]);
  });

  it("writes where it was allowed to, and only reads what was taken out of that", async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "ccb-allowed-")));
    mkdirSync(join(folder, "kept"));
    const { toolUses } = await runCommands(() => [`echo x > ${folder}/a.txt`, `echo x > ${folder}/kept/a.txt`], {
      writable: [folder],
      readOnly: [join(folder, "kept")],
    });
    expect(toolUses.map(({ succeeded }) => succeeded)).toEqual([true, false]);
    expect(existsSync(join(folder, "a.txt"))).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it("in a git worktree commits, and cannot touch the main working tree", async () => {
    const { project, toolUses, told } = await runCommands(({ project: at }) => {
      const main = join(dirname(at), "main");
      const git = (...args: string[]) => execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args]);
      git("init", "--quiet", main);
      git("-C", main, "commit", "--quiet", "--allow-empty", "-m", "first");
      rmSync(at, { recursive: true });
      git("-C", main, "worktree", "add", "--quiet", "--detach", at);
      return [
        "echo x > b.txt && git add b.txt && git -c user.name=a -c user.email=a@b commit --quiet -m second && git log --format=%s",
        "echo x > ../main/b.txt",
        byNode('fs.writeFileSync(".git", "gitdir: /elsewhere")'),
      ];
    });
    expect(toolUses.map(({ succeeded }) => succeeded)).toEqual([true, false, false]);
    expect(told[0]).toContain("second");
    expect(existsSync(join(dirname(project), "main", "b.txt"))).toBe(false);
  });

  it("ends with us: kill -9 of our process leaves nothing of it", async () => {
    const command = "setsid sh -c 'trap \"\" TERM; touch detached; sleep 300' & touch started; sleep 300";
    bench = await createSessionBench(() => ({ tools: [{ name: "Bash", input: { command } }] }));
    const { project, home, model } = bench;
    const program = fileURLToPath(new URL("../../test-support/run-one-session.ts", import.meta.url));
    const parent = spawn(process.execPath, ["--conditions=ccb-source", program], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    const request = { ...renderTestRequest({ project, url: model.url }), mcpServers: [defineTestServer("probe")] };
    const confinement = { bubblewrap: found.path, writable: [], readOnly: [] };
    const options = { environment: { PATH: process.env.PATH ?? "" }, homeDirectory: home, confinement };
    parent.stdin.end(JSON.stringify({ options, request }));
    await awaitUntil(
      () => existsSync(join(project, "started")) && existsSync(join(project, "detached")),
      "the command",
    );
    expect(listSessionProcesses(home).length).toBeGreaterThanOrEqual(5);
    parent.kill("SIGKILL");
    await awaitUntil(() => listSessionProcesses(home).length === 0, "all processes of the session to end");
  });
});

describe("where bubblewrap cannot be used", () => {
  it("says that it is missing", () => {
    expect(detectBubblewrap("/nowhere")).toEqual({
      path: undefined,
      reason: expect.stringMatching(/not on the PATH|needs Linux/),
    });
  });

  it.runIf(process.platform === "linux")("says what it answered", () => {
    const folder = mkdtempSync(join(tmpdir(), "ccb-bwrap-"));
    const script = "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n";
    writeFileSync(join(folder, "bwrap"), script, { mode: 0o755 });
    expect(detectBubblewrap(folder)).toEqual({
      path: undefined,
      reason: "bwrap does not work on this machine: bwrap: No permissions to create new namespace",
    });
    rmSync(folder, { recursive: true });
  });
});

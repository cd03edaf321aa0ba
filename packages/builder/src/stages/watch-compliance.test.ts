import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  ask,
  type ComplianceRun,
  call,
  look,
  remember,
  runUnderPolicy,
  think,
} from "../../test-support/compliance-bench.ts";

const write = (project: string, name = "a.ts") =>
  call("Write", { file_path: join(project, "src", name), content: "export const answer = 42;\n" });

const refusals = ({ events }: ComplianceRun) =>
  events.flatMap((event) =>
    event.type === "mcp-violated" ? [`${event.point} ${event.servers.join("+")} ${event.outcome}`] : [],
  );

const judged = ({ events }: ComplianceRun, point: string) =>
  Object.fromEntries(
    events.flatMap((event) =>
      event.type === "mcp-judged" && event.point === point ? [[event.server, event.met]] : [],
    ),
  );

describe("a session of the real Claude Code that does not keep to the policy at its end", () => {
  it("never uses memory, though it says so: refused as often as the policy says, then redone", async () => {
    const run = await runUnderPolicy({
      turns: (project) => [[write(project), look]],
      policy: { limits: { refusals: 2 } },
    });
    expect(refusals(run)).toEqual([
      "task_complete memory refused",
      "task_complete memory refused",
      "task_complete memory given-up",
    ]);
    expect(run.result).toMatchObject({ status: "done", text: "All is done; memory and git were used." });
    expect(run.violation).toBe("it was refused 2 times and still had not used memory");
    expect(run.redo).toBe(true);
    expect(run.told[0]).toContain("mcp__memory__create_entities");
    expect(judged(run, "task_complete")).toEqual({ memory: false, git: true });
  });

  it("calls a wrong tool of the server: told which counts, and let go once it was used", async () => {
    const read = call("mcp__memory__read_graph", {});
    const run = await runUnderPolicy({ turns: (project) => [[write(project), look, read], "Done.", [remember]] });
    expect(refusals(run)).toEqual(["task_complete memory refused"]);
    expect(run.events).toContainEqual(
      expect.objectContaining({
        type: "mcp-violated",
        severity: "critical",
        evidence: [expect.stringContaining("memory: read_graph does not count; use create_entities")],
      }),
    );
    expect(run.violation).toBeUndefined();
    expect(judged(run, "task_complete")).toEqual({ memory: true, git: true });
  });

  it("gets an error from it: the error's words come back to it, and reading again does not do", async () => {
    const broken = call("mcp__memory__add_observations", {
      observations: [{ entityName: "nobody", contents: ["x"] }],
    });
    const read = call("mcp__memory__read_graph", {});
    const run = await runUnderPolicy({
      turns: (project) => [[write(project), look, broken], "Done.", [read], "Done.", [remember]],
    });
    expect(refusals(run)).toEqual(["task_complete memory refused", "task_complete memory refused"]);
    expect(run.events).toContainEqual(
      expect.objectContaining({
        type: "mcp-violated",
        evidence: [expect.stringContaining("add_observations did not succeed: ")],
      }),
    );
    expect(run.violation).toBeUndefined();
  });

  it("uses it before the checkpoint only: noted by default, refused where the policy requires it", async () => {
    const turns = (project: string) => [[remember, look], [write(project)], "Done.", [remember, look]];
    const noted = await runUnderPolicy({ turns });
    expect(refusals(noted)).toEqual([]);
    expect(judged(noted, "checkpoint")).toEqual({ memory: false, git: false });

    const again = call("mcp__memory__add_observations", {
      observations: [{ entityName: "task-1", contents: ["new"] }],
    });
    const required = await runUnderPolicy({
      turns: (project) => [...turns(project).slice(0, 3), [again, look]],
      policy: { points: { checkpoint: { level: "required" } } },
    });
    expect(refusals(required)).toEqual(["checkpoint memory+git refused"]);
    expect(required.told[0]).toContain("not used since the last edit");
    expect(judged(required, "checkpoint")).toEqual({ memory: true, git: true });
  });
});

describe("a session of the real Claude Code that wants to edit before the required look-up", () => {
  it("is refused before the file is there, and let through after the look-up", async () => {
    const run = await runUnderPolicy({
      documentation: "libraries",
      turns: (project) => [[write(project)], [ask], [write(project)], [remember, look]],
    });
    expect(refusals(run)).toEqual(["phase_start context7 refused"]);
    expect(run.told[0]).toContain("Before you change the first file");
    expect(run.result.toolUses.filter(({ name }) => name === "Write").map(({ succeeded }) => succeeded)).toEqual([
      false,
      true,
    ]);
    expect(judged(run, "phase_start")).toEqual({ context7: true });
    expect(judged(run, "phase_planning")).toEqual({ "sequential-thinking": false });
    expect(run.violation).toBeUndefined();
  });

  it("does not get by with a look-up whose error looks like an answer, nor with an edit by the shell", async () => {
    const shell = call("Bash", { command: "mkdir -p src && echo 'export {}' > src/a.ts", description: "Write" });
    const run = await runUnderPolicy({
      documentation: "error",
      turns: () => [[ask], [shell], [shell], [shell], [shell], [remember, look]],
    });
    expect(refusals(run)).toEqual([
      "phase_start context7 refused",
      "phase_start context7 refused",
      "phase_start context7 refused",
      "phase_start context7 given-up",
    ]);
    expect(run.told[0]).toContain("context7: resolve-library-id did not succeed: it answered");
    // A warning only: the work counts, the violation stands in the events.
    expect(run.violation).toBeUndefined();
    expect(judged(run, "phase_start")).toEqual({ context7: false });
  });

  it("does not get by with a program that writes: told right after it, the next edit refused, and the violation stays", async () => {
    const script = `require("node:fs").mkdirSync("src"); require("node:fs").writeFileSync("src/a.ts", "export {};")`;
    const program = call("Bash", { command: `node -e '${script}'`, description: "Generate" });
    const run = await runUnderPolicy({
      documentation: "libraries",
      turns: (project) => [[program], [write(project, "b.ts")], [ask], [write(project, "b.ts")], [remember, look]],
    });
    expect(refusals(run)).toEqual(["phase_start context7 noticed", "phase_start context7 refused"]);
    expect(run.events).toContainEqual(
      expect.objectContaining({
        type: "mcp-violated",
        evidence: [expect.stringMatching(/^context7: the command `node -e .*` changed src\/a\.ts; it was not used/)],
      }),
    );
    expect(run.heard).toContain("changed src/a.ts before these servers had been used with success");
    expect(judged(run, "phase_start")).toEqual({ context7: false });
    expect(run.violation).toBeUndefined();
  });

  it("nor with a program that fails, runs on in the background or commits what it wrote, seen at the end at the latest", async () => {
    const later = call("Bash", {
      command: "(sleep 0.5; dd if=/dev/zero of=late.ts bs=1 count=1) &",
      description: "Later",
    });
    const wait = call("Bash", { command: "sleep 1", description: "Wait" });
    const background = await runUnderPolicy({
      documentation: "libraries",
      turns: () => [[later], [wait], [remember, look], "Done.", [ask]],
    });
    expect(refusals(background)).toEqual(["phase_start context7 noticed", "phase_start context7 refused"]);
    expect(background.violation).toBeUndefined();
    const failing = call("Bash", {
      command: "dd if=/dev/zero of=made.ts bs=1 count=1; false",
      description: "Generate",
    });
    const committing = call("Bash", {
      command:
        "dd if=/dev/zero of=two.ts bs=1 count=1; git add -A; git -c user.name=a -c user.email=a@b commit -qm two",
      description: "Generate and commit",
    });
    const run = await runUnderPolicy({
      documentation: "libraries",
      policy: { limits: { refusals: 1, redos: 0 }, servers: { context7: { severity: "critical" } } },
      turns: () => [[remember, look], [failing], [committing], [remember]],
    });
    expect(refusals(run)).toEqual(["phase_start context7 noticed", "phase_start context7 given-up"]);
    expect(run.heard).toContain("changed made.ts before");
    expect(run.result.toolUses.at(-1)?.name).toBe("Bash");
    expect(run.violation).toBe("it was refused 1 times and still had not used context7");
  });

  it("is not blamed for what commands write beside the code: caches, lock files, what git ignores, other folders", async () => {
    const command =
      "mkdir -p node_modules/x build && printf 'build/\\n' | dd of=.gitignore 2>/dev/null; rm .gitignore; " +
      'node -e \'const fs = require("node:fs"); fs.writeFileSync("package-lock.json", "{}"); fs.writeFileSync("node_modules/x/a.js", ""); fs.writeFileSync(process.env.HOME + "/x.ts", "")\'';
    const run = await runUnderPolicy({
      documentation: "libraries",
      turns: () => [[call("Bash", { command, description: "Install" })], [remember, look]],
    });
    expect(refusals(run)).toEqual([]);
  });

  it("is ended where the violation is critical and telling did not help", async () => {
    const run = await runUnderPolicy({
      documentation: "libraries",
      policy: { limits: { refusals: 1, redos: 0 }, servers: { context7: { severity: "critical" } } },
      turns: (project) => [[write(project)], [write(project)], [write(project)], [write(project)]],
    });
    expect(refusals(run)).toEqual(["phase_start context7 refused", "phase_start context7 given-up"]);
    expect(run.result.toolUses.filter(({ name }) => name === "Write")).toHaveLength(2);
    expect(run.violation).toBe("it was refused 1 times and still had not used memory and git and context7");
    expect(run.redo).toBe(false);
  });

  it("files through the filesystem server: off, preferred or required", async () => {
    const throughServer = (project: string) =>
      call("mcp__filesystem__write_file", { path: join(project, "b.ts"), content: "export {};\n" });
    const turns = (project: string) => [[write(project, "../a.ts")], [throughServer(project)], [remember, look]];
    const run = await runUnderPolicy({ turns, policy: { points: { file_write: { level: "required" } } } });
    expect(refusals(run)).toEqual(["file_write filesystem refused"]);
    expect(run.told[0]).toContain("mcp__filesystem__write_file");
    expect(run.result.toolUses.map(({ name, succeeded }) => `${name} ${succeeded}`).slice(0, 2)).toEqual([
      "Write false",
      "mcp__filesystem__write_file true",
    ]);
    const preferred = await runUnderPolicy({ turns, policy: { points: { file_write: { level: "preferred" } } } });
    expect(refusals(preferred)).toEqual([]);
    expect(
      preferred.events.flatMap((event) =>
        event.type === "mcp-judged" && event.point === "file_write" ? [event.met] : [],
      ),
    ).toEqual([false, true]);
  });

  it("a large task has to be thought through first", async () => {
    const task = {
      id: "core",
      name: "Core",
      description: "All of it.",
      dependsOn: [],
      files: [],
      requirementIds: [],
      size: "L" as const,
    };
    const run = await runUnderPolicy({
      phase: { tasks: [task] },
      turns: (project) => [[write(project)], [think], [write(project)], [remember, look]],
    });
    expect(refusals(run)).toEqual(["architecture_decisions sequential-thinking refused"]);
  });
});

import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve, sep } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkWrite } from "./check-write.ts";

let folder = "";
let project = "";

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "ccb-write-")));
  project = join(folder, "project");
  mkdirSync(join(project, "src"), { recursive: true });
  symlinkSync(folder, join(project, "out"));
  symlinkSync(join(folder, "not-there-yet"), join(project, "dangling"));
  symlinkSync(join(project, ".git"), join(project, "alias"));
  symlinkSync("src", join(project, "inner"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, name = "Write") =>
  checkWrite({ name, input: { file_path: path, path, source: path, destination: path }, projectDirectory: project });

describe("checkWrite", () => {
  it.each(["src/a.ts", "new/deep/file.txt", "inner/b.ts", ".gitignore", ".github/x.yml", "src/logs/a", ".memory/x"])(
    "lets %s be written",
    (path) => {
      expect(write(join(project, path))).toBeUndefined();
      expect(write(path, "mcp__filesystem__write_file")).toBeUndefined();
    },
  );

  it.each([
    "../x",
    "out/x",
    "dangling",
    "src/../../x",
    "new/../out/x",
    "/etc/passwd",
    ".git/config",
    ".GIT/config",
    "alias/config",
    "logs/x",
    ".checkpoints/build.db",
  ])("refuses %s", (path) => {
    expect(write(resolve(project, path))).toBeDefined();
    expect(write(path, "mcp__filesystem__move_file")).toBeDefined();
  });

  it("goes with the system, not with the letters, through a link's parent", () => {
    expect(write("out/../x", "mcp__filesystem__write_file")).toBeDefined();
    expect(write(`${project}/out/../x`)).toBeDefined();
  });

  it("refuses a path that cannot be followed", () => {
    symlinkSync("loop", join(project, "loop"));
    expect(write(join(project, "loop", "x"))).toContain("cannot be followed");
  });

  it("refuses a write without a path and lets other tools be", () => {
    expect(checkWrite({ name: "Write", input: {}, projectDirectory: project })).toContain("file_path");
    expect(checkWrite({ name: "Write", input: null, projectDirectory: project })).toContain("file_path");
    expect(checkWrite({ name: "Bash", input: { command: "ls /" }, projectDirectory: project })).toBeUndefined();
  });

  it("never lets a path out, whatever its parts", () => {
    const part = fc.constantFrom("..", ".", "src", "new", "inner", "a b", "", "....", "~");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const target = resolve(project, parts.join(sep));
        const isInside = target === project || target.startsWith(project + sep);
        expect(write(parts.join(sep), "Edit") === undefined).toBe(isInside);
      }),
    );
  });
});

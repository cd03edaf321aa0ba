import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeServersFile } from "./change-servers-file.ts";
import { findUserServersFile, readServerRegistry } from "./read-server-registry.ts";

let home = "";
let cwd = "";

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ccb-registry-"));
  cwd = join(home, "project");
  mkdirSync(join(home, ".config", "ccb"), { recursive: true });
  mkdirSync(cwd);
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const user = (text: string) => writeFileSync(join(home, ".config", "ccb", "mcp.yaml"), text);
const project = (text: string, name = "ccb.mcp.yaml") => writeFileSync(join(cwd, name), text);
const read = (more: { project?: boolean; customFile?: string } = {}) =>
  readServerRegistry({ cwd, project: false, environment: { HOME: home, URL: "http://127.0.0.1:1" }, ...more });
const names = async (more: Parameters<typeof read>[0]) =>
  (await read(more)).entries.map(({ definition, source }) => `${definition.name} ${source}`);

describe("the registry", () => {
  it("is empty without files, and finds the user's file where it is said to be", async () => {
    expect(await read()).toMatchObject({ entries: [], warnings: [] });
    expect(findUserServersFile({ XDG_CONFIG_HOME: "/etc/x", HOME: "/h" })).toBe("/etc/x/ccb/mcp.yaml");
    expect(findUserServersFile({ XDG_CONFIG_HOME: "relative", HOME: "/h" })).toBe("/h/.config/ccb/mcp.yaml");
    expect(findUserServersFile({})).toBeUndefined();
  });

  it("reads the folder's files only when asked, and a later file wins", async () => {
    user("mcp_servers: { a: { command: one }, b: { command: one } }");
    project('{"mcpServers": {"c": {"command": "theirs"}}}', ".mcp.json");
    project("mcp_servers: { a: { command: two } }");
    writeFileSync(join(cwd, "custom.yaml"), "mcp_servers: { b: { command: three } }");
    expect(await names({})).toEqual(["a user", "b user"]);
    expect(await names({ project: true, customFile: "custom.yaml" })).toEqual(["a project", "b custom", "c project"]);
  });

  it("joins the policies of all files", async () => {
    user("policy: { limits: { refusals: 5 } }");
    writeFileSync(join(cwd, "custom.yaml"), "policy: { points: { file_write: { level: required } } }");
    const { policy } = await read({ customFile: "custom.yaml" });
    expect(policy.limits.refusals).toBe(5);
    expect(policy.points.file_write.level).toBe("required");
    writeFileSync(join(cwd, "custom.yaml"), "policy: { limits: { refusals: many } }");
    await expect(read({ customFile: "custom.yaml" })).rejects.toThrow("custom.yaml: policy.limits.refusals");
  });

  it("leaves out a server whose variable is not set, but not a required one, and not one of the file given for this build", async () => {
    user("mcp_servers: { a: { url: '${URL}/mcp' }, b: { command: x, env: { TOKEN: '${MISSING}' } } }");
    const { entries, warnings } = await read();
    expect(entries.map(({ definition }) => definition.name)).toEqual(["a"]);
    expect(warnings).toEqual([expect.stringContaining("mcp_servers.b was left out, since MISSING is not set")]);
    user("mcp_servers: { b: { command: x, required: true, env: { TOKEN: '${MISSING}' } } }");
    await expect(read()).rejects.toThrow("MISSING to be set");
    writeFileSync(join(cwd, "custom.yaml"), "mcp_servers: { b: { command: '${MISSING}' } }");
    user("mcp_servers: {}");
    await expect(read({ customFile: "custom.yaml" })).rejects.toMatchObject({ code: "bad-input" });
    await expect(read({ customFile: "nowhere.yaml" })).rejects.toThrow("there is no such file");
  });
});

describe("a change of a file", () => {
  const path = () => join(home, "mine", "mcp.yaml");
  const change = (name: string, entry: Parameters<typeof changeServersFile>[0]["entry"]) =>
    changeServersFile({ path: path(), name, entry });

  it("keeps comments and the rest, and what it wrote can be read", async () => {
    expect(await change("a", { command: "node", args: ["a.js"] })).toBe("added");
    writeFileSync(path(), `# mine\npolicy: { limits: { redos: 0 } }\n${readFileSync(path(), "utf8")}`);
    expect(await change("b", { url: "${URL}/mcp", enforce_at: ["research"] })).toBe("added");
    expect(await change("a", { command: "deno" })).toBe("replaced");
    const text = readFileSync(path(), "utf8");
    expect(text).toContain("# mine");
    expect(await names({ customFile: path() })).toEqual(["a custom", "b custom"]);
    expect(await change("a", undefined)).toBe("removed");
    await expect(change("a", undefined)).rejects.toMatchObject({ code: "bad-input" });
    expect(await names({ customFile: path() })).toEqual(["b custom"]);
  });

  it("is refused, and the file stays as it was, where the entry cannot be used", async () => {
    await change("a", { command: "node" });
    const before = readFileSync(path(), "utf8");
    await expect(change("b", { command: "x", url: "http://127.0.0.1" })).rejects.toThrow("either command or url");
    writeFileSync(path(), "- a list");
    await expect(change("b", { command: "x" })).rejects.toThrow("not an object with mcp_servers");
    writeFileSync(path(), before);
    expect(readFileSync(path(), "utf8")).toBe(before);
  });
});

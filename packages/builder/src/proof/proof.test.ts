import { spawnSync } from "node:child_process";
import { hash } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CcbError } from "@ccb/core";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ending, makeProject, story } from "../../test-support/make-project.ts";
import { compress, decompress } from "./_sealed-gzip.ts";
import { parseTar, renderTar } from "./_tar.ts";
import { readAuditCommits, readAuditHeads, renderAuditHead } from "./audit-heads.ts";
import { exportProof, verifyBundle } from "./proof-bundle.ts";
import { verifyProject } from "./verify-project.ts";

let parent: string;
let directory: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "ccb-proof-"));
  directory = join(parent, "shop");
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const problems = () => verifyProject(directory).problems;
const auditLog = () => join(directory, "logs", "audit.jsonl");

/** Changes one byte of a file and gives back how to undo it. */
function flip(path: string, at: number): () => void {
  const bytes = readFileSync(path);
  const copy = Buffer.from(bytes);
  copy.writeUInt8((bytes[at] ?? 0) ^ 1, at);
  writeFileSync(path, copy);
  return () => writeFileSync(path, bytes);
}

const environment = { PATH: process.env.PATH ?? "", HOME: tmpdir(), GIT_CONFIG_GLOBAL: "/dev/null" };
const git = (...args: string[]) => {
  const who = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
  const { status, stderr } = spawnSync("git", [...who, ...args], {
    cwd: directory,
    env: environment,
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
};

/** Writes the log anew as a whole, with an event that did not happen so; gives back its head. */
function writeAnew(): string {
  const entries = readFileSync(auditLog(), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.slice(83, -1));
  let head = "0".repeat(64);
  const rewritten = entries.map((entry) => {
    const forged = entry.replace("500 instead of 200", "200 as it should");
    head = hash("sha256", `${head}\n${forged}`);
    return `{"hash":"${head}","entry":${forged}}\n`;
  });
  writeFileSync(auditLog(), rewritten.join(""));
  return head;
}

describe("verifyProject", () => {
  it("finds nothing in a project that nobody changed", async () => {
    await makeProject(directory);
    expect(verifyProject(directory)).toMatchObject({ problems: [], events: 22, calls: 3, files: 4, restoredEvents: 0 });
    expect(verifyProject(directory).costMicroUsd).toBeGreaterThan(0);
  });

  it("names the file that was changed: log, call or artifact", async () => {
    await makeProject(directory);
    const calls = join(directory, "logs", "api_calls", "session_20261121_100000");
    for (const [path, at] of [
      [auditLog(), 400],
      [join(calls, "call_0002.json"), 30],
      [join(directory, "artifacts", "evidence", "FC001.json"), 12],
    ] as const) {
      const undo = flip(path, at);
      const found = problems();
      expect(found).toHaveLength(1);
      expect(found[0]?.split(":")[0]).toBe(path.slice(directory.length + 1));
      undo();
    }
    rmSync(join(calls, "call_0003.json"));
    expect(problems()).toEqual(["logs/api_calls/session_20261121_100000/call_0003.json: it is missing"]);
  });

  it("finds records that were cut off at the end, by the database", async () => {
    await makeProject(directory);
    const bytes = readFileSync(auditLog());
    const lines = bytes.toString().split("\n");
    writeFileSync(auditLog(), `${lines.slice(0, -4).join("\n")}\n`);
    expect(problems()[0]).toContain("records are missing at its end");
  });

  it("finds a log that was written anew as a whole, by the head that a commit of the project holds", async () => {
    await makeProject(directory);
    const check = async () => verifyProject(directory, await readAuditHeads({ directory, environment })).problems;
    expect(await check()).toEqual([]);
    git("init", "--quiet");
    expect(await check()).toEqual([]);
    const { chain } = verifyProject(directory);
    const trailer = renderAuditHead({ sequence: chain.records, hash: chain.head }).join(": ");
    git("commit", "--quiet", "--allow-empty", "-m", `Report\n\nCCB-Build: b-1\n${trailer}`);
    expect(await check()).toEqual([]);

    const head = writeAnew();
    // The forged chain is whole in itself: without the commit nothing is seen.
    expect(problems()).toEqual([]);
    expect(await check()).toEqual([
      `logs/audit.jsonl: a commit says that record ${chain.records} has the hash ${chain.head}, the log has ${head}: the log was cut or written anew`,
    ]);
  });

  it("takes a torn tail for what it is", async () => {
    await makeProject(directory);
    appendFileSync(auditLog(), '{"hash":"00');
    const { chain, problems: found } = verifyProject(directory);
    expect([found, chain.torn?.bytes]).toEqual([[], 11]);
  });

  it("says where there is no build and where there is no log", async () => {
    const codeOf = (work: () => unknown): string | undefined => {
      try {
        work();
        return undefined;
      } catch (error) {
        return CcbError.isInstance(error) ? error.code : String(error);
      }
    };
    expect(codeOf(() => verifyProject(directory))).toBe("bad-input");
    await makeProject(directory, [...story, ending]);
    rmSync(auditLog());
    expect(codeOf(() => verifyProject(directory))).toBe("bad-input");
    expect(codeOf(() => verifyBundle(Buffer.from("no archive")))).toBe("bad-input");
  });
});

describe("exportProof", () => {
  it("makes one archive that proves the build without the project, the same one each time", async () => {
    await makeProject(directory);
    const path = join(parent, "proof.tar.gz");
    const proof = exportProof({ directory, path });
    expect(exportProof({ directory, path: join(parent, "again.tar.gz") }).sha256).toBe(proof.sha256);
    rmSync(directory, { recursive: true });
    const report = verifyBundle(readFileSync(path));
    expect(report).toMatchObject({
      problems: [],
      build: "b-1",
      project: "shop",
      calls: 3,
      files: 4,
      sha256: proof.sha256,
    });
    expect(report.chain.head).toBe(proof.head);
    // Anybody's tar can open it.
    const { stdout } = spawnSync("tar", ["-tzf", path], { encoding: "utf8" });
    expect(stdout.trim().split("\n")).toEqual(
      expect.arrayContaining(["manifest.json", "artifacts/specification.md", "costs.json", "logs/audit.jsonl"]),
    );
    expect(stdout).toContain(`artifacts/instructions/${"long-name-".repeat(12)}.md`);
  });

  it("holds the commits that name records of the log, so that a log written anew shows", async () => {
    await makeProject(directory);
    git("init", "--quiet");
    const { chain } = verifyProject(directory);
    const trailer = renderAuditHead({ sequence: chain.records, hash: chain.head }).join(": ");
    git("commit", "--quiet", "--allow-empty", "-m", `Report on Größe\n\nCCB-Build: b-1\n${trailer}`);
    git("commit", "--quiet", "--allow-empty", "-m", `Not a trailer:\n\n${trailer}\n\nbut a quotation`);
    const commits = await readAuditCommits({ directory, environment });
    expect(commits).toHaveLength(1);
    const path = join(parent, "proof.tar.gz");
    const pack = () => {
      const { report } = exportProof({ directory, path, commits });
      expect(report.problems).toEqual(verifyBundle(readFileSync(path)).problems);
      return report.problems;
    };
    expect(pack()).toEqual([]);
    const whole = readFileSync(path);
    expect(verifyBundle(whole)).toMatchObject({ heads: 1, commit: commits[0]?.id });

    const forgedHead = writeAnew();
    const found = [
      expect.stringContaining(`record ${chain.records} has the hash ${chain.head}, the log has ${forgedHead}`),
    ];
    expect(pack()).toEqual(found);
    // Without the commits the forged bundle is whole in itself: a clone of one's own finds it.
    exportProof({ directory, path });
    expect(verifyBundle(readFileSync(path)).problems).toEqual([]);
    const heads = await readAuditHeads({ directory, environment });
    expect(verifyBundle(readFileSync(path), heads).problems).toEqual(found);
    expect(verifyBundle(whole, heads).problems).toEqual([]);
    // A commit that was changed to name the forged log is no longer the commit of its id.
    const [commit = { id: "", object: "" }] = commits;
    const forged = [{ id: commit.id, object: commit.object.replace(chain.head, forgedHead) }];
    expect(exportProof({ directory, path, commits: forged }).report.problems).toEqual([]);
    expect(verifyBundle(readFileSync(path)).problems).toEqual([
      `commits/${commit.id}: it is not the commit of that name`,
    ]);
  });

  it("shows any flipped byte", async () => {
    await makeProject(directory, story.slice(0, 5));
    const path = join(parent, "proof.tar.gz");
    exportProof({ directory, path });
    const archive = readFileSync(path);
    for (let at = 0; at < archive.length; at++) {
      const copy = Buffer.from(archive);
      copy.writeUInt8((archive[at] ?? 0) ^ (1 << (at % 8)), at);
      expect(() => verifyBundle(copy)).toThrow("no whole proof bundle");
    }
  });

  it("shows what was put into it by somebody who packed it again", async () => {
    await makeProject(directory);
    const path = join(parent, "proof.tar.gz");
    exportProof({ directory, path });
    const files = parseTar(decompress(readFileSync(path)).bytes ?? Buffer.alloc(0)) ?? [];
    const pack = (changed: typeof files) => verifyBundle(compress(renderTar(changed))).problems;
    expect(pack(files)).toEqual([]);
    expect(pack([...files, { path: "note.txt", bytes: Buffer.from("x") }])).toEqual([
      "note.txt: the manifest does not name it",
    ]);
    expect(pack(files.filter((file) => file.path !== "artifacts/plan.json"))).toContain(
      "artifacts/plan.json: it is missing from the bundle",
    );
    const swap = (path: string, bytes: Buffer) => files.map((file) => (file.path === path ? { path, bytes } : file));
    expect(pack(swap("costs.json", Buffer.from("[]")))).toEqual([
      "costs.json: it is not the file that the manifest names",
      expect.stringContaining("entries are missing"),
    ]);
  });

  it("is written also where something was changed, and says so", async () => {
    await makeProject(directory);
    flip(join(directory, "artifacts", "plan.json"), 0);
    const path = join(parent, "proof.tar.gz");
    const changed = ["artifacts/plan.json: it was changed after it was logged"];
    expect(exportProof({ directory, path }).report.problems).toEqual(changed);
    expect(verifyBundle(readFileSync(path)).problems).toEqual(changed);
    truncateSync(path, 300);
    expect(() => verifyBundle(readFileSync(path))).toThrow("no whole proof bundle");
  });
});

describe("renderTar", () => {
  it("gives back every file, whatever its name and bytes", () => {
    const name = fc.stringMatching(/^[a-zäß/. -]{1,160}$/).filter((path) => path.trim() !== "");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.uint8Array({ maxLength: 1_500 })), { maxLength: 4 }), (list) => {
        const files = list.map(([path, bytes]) => ({ path, bytes: Buffer.from(bytes) }));
        expect(parseTar(renderTar(files))).toEqual(files);
      }),
      { numRuns: 50 },
    );
  });
});

import { mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeArtifacts } from "./write-artifact.ts";

test("many files are written whole, of two for one path the last, and no temporary file is left", async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), "ccb-artifacts-")));
  try {
    const files = Array.from({ length: 100 }, (_, at) => ({
      path: join(root, `folder-${at % 3}`, "deep", `${at}.md`),
      content: `${at}\n`.repeat(at),
    }));
    await writeArtifacts([{ path: files[7]?.path ?? "", content: "older" }, ...files]);
    for (const { path, content } of files) expect(await readFile(path, "utf8")).toBe(content);
    const found = (await readdir(root, { recursive: true })).filter((name) => !/^folder-\d(?:\/deep)?$/.test(name));
    expect(found).toHaveLength(100);
  } finally {
    await rm(root, { recursive: true });
  }
});

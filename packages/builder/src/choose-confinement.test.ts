import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { detectBubblewrap } from "@ccb/claude-code";
import { CcbError } from "@ccb/core";
import { expect, it } from "vitest";
import { chooseConfinement } from "./choose-confinement.ts";
import { planProjectPaths } from "./project/project-paths.ts";

const paths = planProjectPaths("/projects/shop");
const searchPath = process.env.PATH ?? "";
const works = detectBubblewrap(searchPath).path !== undefined;

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return CcbError.isInstance(error) ? error.code : String(error);
  }
  return "no error";
}

it.runIf(works)("takes bubblewrap where it works, and says what stays open", () => {
  const chosen = chooseConfinement({}, { paths, searchPath });
  expect(chosen).toMatchObject({ kind: "bubblewrap", isLack: false });
  expect(chosen.reason).toContain("the network stays open");
  expect(chosen.confinement).toMatchObject({ writable: [paths.memory], readOnly: [paths.checkpoints, paths.logs] });
});

it.runIf(works)("lets sessions write in more folders, which have to be there", () => {
  const folder = mkdtempSync(join(tmpdir(), "ccb-writable-"));
  expect(chooseConfinement({ writable: [folder] }, { paths, searchPath }).confinement?.writable).toContain(folder);
  rmSync(folder, { recursive: true });
  expect(codeOf(() => chooseConfinement({ writable: [folder] }, { paths, searchPath }))).toBe("bad-input");
});

it("without bubblewrap says that it is a lack; asked for by name, that is an error; asked to do without, it is neither", () => {
  const at = { paths, searchPath: "/nowhere" };
  expect(chooseConfinement({}, at)).toMatchObject({ kind: "off", isLack: true, confinement: undefined });
  expect(chooseConfinement({}, at).reason).toMatch(/^not confined \(.+\); commands .+ may write whatever you may$/);
  expect(codeOf(() => chooseConfinement({ kind: "bubblewrap" }, at))).toBe("io-failed");
  expect(chooseConfinement({ kind: "off" }, at)).toMatchObject({ kind: "off", isLack: false });
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createTestFolder, isPortFree, runOwnTests, startService, writeService } from "./_run-service.ts";
import { parseServiceModel } from "./index.ts";

const specs = new URL("../../../../examples/specs/", import.meta.url);
const credential = "a-credential-for-the-black-box";

async function buildAndCheck(name: string): Promise<void> {
  const model = parseServiceModel(readFileSync(new URL(`${name}.md`, specs), "utf8"));
  const { check } = (await import(new URL(`${name}.blackbox.ts`, specs).href)) as {
    check: (url: string, options: { token: string }) => Promise<void>;
  };
  using folder = createTestFolder();
  writeService(model, folder.path);
  const own = await runOwnTests(folder.path);
  expect(own.passed, own.output).toBe(true);
  const service = await startService(model, folder.path, credential);
  try {
    await check(service.url, { token: credential });
  } finally {
    expect(await service.stop()).toBe(0);
  }
  expect(await isPortFree(service.url)).toBe(true);
}

test.each(["task-tracker", "library-lending", "clinic-appointments"])(
  "%s.md becomes a service that passes its own tests and the independent ones",
  async (name) => {
    await buildAndCheck(name);
  },
);

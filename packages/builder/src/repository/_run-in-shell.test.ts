import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { quote, runInShell } from "./_run-in-shell.ts";

const directory = tmpdir();
const environment = { PATH: process.env.PATH ?? "" };
const word = fc.string({ unit: "binary", maxLength: 200 }).map((text) => text.replaceAll("\0", ""));

test("any words, variables and input go into a script, and any bytes and code come out, also of many at once", async () => {
  const call = fc.record({ first: word, variable: word, input: word, code: fc.integer({ min: 0, max: 125 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 6 }), async (calls) => {
      const results = await Promise.all(
        calls.map(({ first, variable, input, code }) => {
          const script = `set -- ${quote(first)}\nprintf '%s\\0%s\\0' "$1" "$V"\ncat\nprintf 'to the other' >&2\nexit ${code}`;
          return runInShell({ script, directory, environment: { ...environment, V: variable }, input });
        }),
      );
      for (const [at, { stdout, stderr, code }] of results.entries()) {
        const asked = calls[at];
        const text = Buffer.from(`${asked?.first}\0${asked?.variable}\0${asked?.input.replace(/\n?$/, "\n")}`);
        expect(stdout.equals(text)).toBe(true);
        expect(stderr.toString()).toBe("to the other");
        expect(code).toBe(asked?.code);
      }
    }),
    { numRuns: 40 },
  );
});

test("a shell that is killed fails its call, and the next call has another", async () => {
  await expect(runInShell({ script: "kill -9 $$", directory, environment })).rejects.toThrow(/ended with SIGKILL/);
  const { stdout } = await runInShell({ script: "echo again", directory, environment });
  expect(stdout.toString()).toBe("again\n");
});

test("a directory that is not there is told with the shell's own words", async () => {
  const { code, stderr } = await runInShell({ script: "pwd", directory: join(directory, "nowhere"), environment });
  expect(code).toBe(127);
  expect(stderr.toString()).toMatch(/nowhere/);
});

test("a kept shell holds no process up, and ends with it however it ends", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ccb-shell-"));
  try {
    const module = JSON.stringify(pathToFileURL(join(import.meta.dirname, "_run-in-shell.ts")));
    const call = JSON.stringify({ script: "echo $$", directory: folder, environment });
    const start = (rest: string) => {
      const code = `import { runInShell } from ${module}; console.log(String((await runInShell(${call})).stdout)); ${rest}`;
      return spawn(process.execPath, ["--conditions=ccb-source", "--input-type=module", "--eval", code]);
    };
    const shellOf = async (child: ReturnType<typeof start>) => Number(String((await once(child.stdout, "data"))[0]));
    const gone = async (pid: number) => {
      for (let time = 0; time < 100 && existsSync(`/proc/${pid}`); time++) await delay(20);
      return !existsSync(`/proc/${pid}`);
    };
    const ending = start("");
    const [first, [code]] = await Promise.all([shellOf(ending), once(ending, "exit")]);
    expect(code).toBe(0);
    expect(await gone(first)).toBe(true);

    const killed = start("setInterval(() => {}, 1000);");
    const second = await shellOf(killed);
    expect(existsSync(`/proc/${second}`)).toBe(true);
    killed.kill("SIGKILL");
    expect(await gone(second)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

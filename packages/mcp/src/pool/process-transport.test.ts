import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { ProcessTransport } from "./process-transport.ts";

const message = { jsonrpc: "2.0", id: 1, method: "ping" } as const;

function open(script: string): ProcessTransport {
  const env = { PATH: process.env.PATH ?? "" };
  return new ProcessTransport({ command: "sh", args: ["-c", script], env, cwd: undefined });
}

test("of a server that takes no input and ends, its end and its words are known once a message has failed", async () => {
  const transport = open("exec 0<&-; sleep 0.5; echo 'no luck' >&2; exit 4");
  await transport.start();
  await delay(200);
  await expect(transport.send(message)).rejects.toThrow(/EPIPE/);
  expect(transport.ending).toBe("it ended with exit code 4");
  expect(transport.standardError).toBe("no luck\n");
  await transport.close();
});

test("one that takes no input and does not end fails a message all the same", async () => {
  const transport = open("exec 0<&-; sleep 20");
  await transport.start();
  await delay(200);
  await expect(transport.send(message)).rejects.toThrow(/EPIPE/);
  expect(transport.ending).toBeUndefined();
  await transport.close();
});

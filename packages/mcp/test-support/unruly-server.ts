/**
 * An MCP server for tests whose tools misbehave: each does what its name says. `count` tells how often this process was called. It speaks the revisions up to 2025-11-25; with OLD=silent it
 * does not answer what it does not know before the handshake, with OLD=ends it ends at it; it begins to read after SLOW milliseconds.
 */
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

let calls = 0;
const names = ["count", "crash", "hang", "flood", "chatter", "nonsense", "refuse", "environment"];
const say = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const text = (value: string) => ({ content: [{ type: "text", text: value }] });

/** Writes for as long as somebody reads. */
function pour(part: string): void {
  const more = () => {
    while (process.stdout.write(part));
    process.stdout.once("drain", more);
  };
  more();
}

const tools: Record<string, (id: number) => void> = {
  count: (id) => say({ id, result: text(String(calls)) }),
  crash: () => {
    process.stderr.write("out of luck\n");
    process.exit(3);
  },
  hang: () => {
    for (;;);
  },
  flood: () => pour("x".repeat(1 << 20)),
  chatter: () =>
    pour(
      `${JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "x".repeat(1000) } })}\n`,
    ),
  nonsense: (id) => {
    process.stdout.write(`hello\n{"a":1}\n{"jsonrpc":"2.0","id":${id},"result":{"content":"nothing"}}\n`);
  },
  refuse: (id) => say({ id, error: { code: -32602, message: "not like this" } }),
  environment: (id) => say({ id, result: text(JSON.stringify(process.env)) }),
};

const { OLD: old, SLOW: slow } = process.env;
await delay(Number(slow ?? 0));

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line) as {
    id?: number;
    method: string;
    params?: { name?: string; protocolVersion?: string };
  };
  if (id === undefined) return;
  if (method === "server/discover" && old === "silent") return;
  if (method === "server/discover" && old === "ends") process.exit(1);
  const inputSchema = { type: "object" };
  if (method === "initialize") {
    const serverInfo = { name: "unruly", version: "1" };
    say({ id, result: { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo } });
  } else if (method === "tools/list") say({ id, result: { tools: names.map((name) => ({ name, inputSchema })) } });
  else if (method === "ping") say({ id, result: {} });
  else if (method === "tools/call") {
    calls++;
    tools[params?.name ?? ""]?.(id);
  } else say({ id, error: { code: -32601, message: "not found" } });
});
process.stdin.on("end", () => process.exit(0));

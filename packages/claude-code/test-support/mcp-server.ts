/** A minimal MCP server over stdio for tests: `echo` answers, `fail` answers with isError. It ignores the end of its input, as bad servers do. */
import { createInterface } from "node:readline";

interface Message {
  id?: number;
  method: string;
  params?: { protocolVersion?: string; name?: string; arguments?: unknown };
}

const inputSchema = { type: "object", properties: { text: { type: "string" } } };

function answer(message: Message): object | undefined {
  if (message.method === "initialize") {
    const protocolVersion = message.params?.protocolVersion ?? "2025-06-18";
    return { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "test", version: "1" } };
  }
  if (message.method === "tools/list") {
    return { tools: ["echo", "fail"].map((name) => ({ name, description: name, inputSchema })) };
  }
  if (message.method === "tools/call") {
    const text = `${message.params?.name} ${JSON.stringify(message.params?.arguments)} key=${process.env.ANTHROPIC_API_KEY} url=${process.env.ANTHROPIC_BASE_URL}`;
    return { content: [{ type: "text", text }], isError: message.params?.name === "fail" };
  }
  return undefined;
}

setInterval(() => undefined, 1000);
createInterface({ input: process.stdin }).on("line", (line) => {
  const message: Message = JSON.parse(line);
  if (message.id === undefined) return;
  const result = answer(message);
  const body = result === undefined ? { error: { code: -32601, message: "not found" } } : { result };
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id: message.id, ...body })}\n`);
});

/** A minimal MCP server over stdio for tests: its one tool says what it was given and which token it has. */
import { createInterface } from "node:readline";

const inputSchema = { type: "object", properties: { text: { type: "string" } } };

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line) as {
    id?: number;
    method: string;
    params?: { protocolVersion?: string; arguments?: unknown };
  };
  if (id === undefined) return;
  const say = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, ...message })}\n`);
  if (method === "initialize") {
    const serverInfo = { name: "echo", version: "1" };
    say({ result: { protocolVersion: params?.protocolVersion, capabilities: { tools: {} }, serverInfo } });
  } else if (method === "tools/list") {
    say({ result: { tools: [{ name: "echo", description: "Says it again.", inputSchema }] } });
  } else if (method === "tools/call") {
    const text = `echo ${JSON.stringify(params?.arguments)} token=${process.env.TOKEN}`;
    say({ result: { content: [{ type: "text", text }] } });
  } else say({ error: { code: -32601, message: "not found" } });
});

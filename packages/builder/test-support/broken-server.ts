/**
 * An MCP server for tests that is broken in the way its argument names: at its start (`crash`, `hang`, `flood`, `nonsense`), or, with `calls`, in each tool of that name.
 */
import { createInterface } from "node:readline";

type Ways = Record<"crash" | "hang" | "flood" | "nonsense", (id?: number) => void>;

const say = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const ways: Ways = {
  crash: () => {
    process.stderr.write("out of luck\n");
    process.exit(3);
  },
  hang: () => undefined,
  flood: () => {
    const more = () => {
      while (process.stdout.write("x".repeat(1 << 20)));
      process.stdout.once("drain", more);
    };
    more();
  },
  nonsense: (id) => process.stdout.write(`hello\n{"jsonrpc":"2.0","id":${id ?? 1},"result":"nothing"}\n`),
};
const [, , way = "calls"] = process.argv;

if (way === "calls") {
  const inputSchema = { type: "object" };
  createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, method, params } = JSON.parse(line) as {
      id?: number;
      method: string;
      params?: { name?: keyof Ways; protocolVersion?: string };
    };
    if (id === undefined) return;
    const serverInfo = { name: "broken", version: "1" };
    const capabilities = { tools: {} };
    if (method === "initialize")
      say({ id, result: { protocolVersion: params?.protocolVersion, capabilities, serverInfo } });
    else if (method === "tools/list")
      say({ id, result: { tools: Object.keys(ways).map((name) => ({ name, inputSchema })) } });
    else if (method === "tools/call") ways[params?.name ?? "hang"](id);
    else say({ id, error: { code: -32601, message: "not found" } });
  });
} else {
  // Nobody ends it but whoever started it.
  setInterval(() => undefined, 60_000);
  process.stdin.once("data", () => ways[way as keyof Ways]()).resume();
}

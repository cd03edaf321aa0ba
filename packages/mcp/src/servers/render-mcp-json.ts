import { type McpServerDefinition, redactSecrets } from "@ccb/core";

const secretName = /key|token|secret|password|passwd|credential|auth|cookie/i;

/**
 * The servers in the shape of Claude's `.mcp.json`, as indented JSON with a final newline. Values of variables and headers whose names speak of a secret, and all that has the
 * form of one, are `[REDACTED]`; empty values stay.
 */
export function renderMcpJson(definitions: readonly McpServerDefinition[]): string {
  const servers = Object.fromEntries(definitions.map((server) => [server.name, renderServer(server)]));
  return redactSecrets(`${JSON.stringify({ mcpServers: servers }, undefined, 2)}\n`);
}

function renderServer({ transport }: McpServerDefinition): object {
  if (transport.type === "http") {
    return { type: "http", url: redactUrl(transport.url), headers: redactValues(transport.headers) };
  }
  return { type: "stdio", command: transport.command, args: transport.args, env: redactValues(transport.env) };
}

function redactValues(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value !== "" && secretName.test(name) ? "[REDACTED]" : value]),
  );
}

function redactUrl(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  for (const name of url.searchParams.keys()) if (secretName.test(name)) url.searchParams.set(name, "[REDACTED]");
  if (url.password !== "") url.password = "[REDACTED]";
  return url.toString();
}

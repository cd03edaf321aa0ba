type Fields = Record<string, unknown>;

/** The name of the tool whose result stands at a place of a request ("messages[4].content[0].content"); undefined elsewhere. Pure. */
export function findToolAt(request: unknown, place: string): string | undefined {
  const [, message, block] = /^messages\[(\d+)\]\.content\[(\d+)\]/.exec(place) ?? [];
  const messages = listOf(asFields(request).messages);
  const result = asFields(listOf(asFields(messages[Number(message)]).content)[Number(block)]);
  if (result.type !== "tool_result") return undefined;
  const calls = messages.flatMap((one) => listOf(asFields(one).content)).map(asFields);
  const { name } = calls.find(({ type, id }) => type === "tool_use" && id === result.tool_use_id) ?? {};
  return typeof name === "string" ? name : undefined;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

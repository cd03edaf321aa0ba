/** Reads server-sent events from bytes as they come; chunks may end anywhere, in the middle of a character too. */
export function createSseParser(onEvent: (event: { name: string; data: string }) => void): {
  push(chunk: Uint8Array): void;
} {
  const decoder = new TextDecoder();
  let rest = "";
  let scanned = 0;
  let name = "";
  let data: string[] = [];

  const takeLine = (line: string): void => {
    if (line === "") {
      if (data.length > 0) onEvent({ name, data: data.join("\n") });
      name = "";
      data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") data.push(value);
    else if (field === "event") name = value;
  };

  return {
    push(chunk) {
      rest += decoder.decode(chunk, { stream: true });
      let start = 0;
      let back = rest.indexOf("\r", scanned);
      for (;;) {
        const from = Math.max(start, scanned);
        // Looked for again only once it is passed: most streams have none, and each look would go through all that is left.
        if (back >= 0 && back < from) back = rest.indexOf("\r", from);
        const feed = rest.indexOf("\n", from);
        const end = back < 0 || (feed >= 0 && feed < back) ? feed : back;
        if (end < 0) break;
        // A return at the very end may be the first half of a pair that the next chunk completes.
        if (rest[end] === "\r" && end === rest.length - 1) break;
        takeLine(rest.slice(start, end));
        start = end + (rest[end] === "\r" && rest[end + 1] === "\n" ? 2 : 1);
      }
      rest = rest.slice(start);
      scanned = rest.endsWith("\r") ? rest.length - 1 : rest.length;
    },
  };
}

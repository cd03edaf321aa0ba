const valuePattern = /^[A-Za-z0-9][A-Za-z0-9_+-]*(?: [a-z0-9]+){0,2}$/;

/** The values of an enumeration written as `a`, `b` / "a", "b" / a | b / a, b or c; empty when there are fewer than two. */
export function parseEnumValues(text: string): string[] {
  const region = valueRegion(text);
  const quoted = [...region.matchAll(/`([^`]+)`|"([^"]+)"|“([^”]+)”|'([^']+)'/g)].map((match) =>
    (match[1] ?? match[2] ?? match[3] ?? match[4] ?? "").trim(),
  );
  const single = quoted.length === 1 ? splitValues(quoted[0] ?? "") : [];
  if (quoted.length > 1 && quoted.every(isValue)) return [...new Set(quoted)];
  const values = single.length > 1 ? single : splitValues(region.replaceAll(/[`"']/g, ""));
  return values.length > 1 ? [...new Set(values)] : [];
}

function isValue(text: string): boolean {
  return valuePattern.test(text);
}

function valueRegion(text: string): string {
  const after =
    /(?:\benum(?:eration)?\b|\bone of\b|\ballowed values?\b|\bpossible values?\b|\bvalues?\b|\bchoice(?: of)?\b|\beither\b|\bin\b)\s*(?:the (?:following|values?))?\s*[:=(]?\s*([\s\S]+)/i.exec(
      text,
    );
  const region = after?.[1] ?? text;
  const bracket = /^\s*[([{]?\s*([^()[\]{};]+)/.exec(region);
  const list = bracket?.[1] ?? region;
  return (
    list.split(/(?:[;.]\s)|,?\s*\bdefaults?\b|,?\s*\b(?:required|optional|nullable|unique|mandatory)\b/i)[0] ?? list
  );
}

function splitValues(text: string): string[] {
  const parts = text
    .split(/\s*[|,/]\s*(?:or\s+|and\s+)?|\s+(?:or|and)\s+|\s*(?:→|->)\s*/)
    .map((part) => part.trim().replace(/[.;:)\]]+$/, ""))
    .filter((part) => part !== "");
  return parts.length > 1 && parts.every(isValue) ? parts : [];
}

/** The words of a heading or a line of prose: marks of emphasis, code, links and images taken away. */
export function plainText(source: string): string {
  let text = source;
  if (text.includes("[")) text = text.replace(/!?\[([^[\]]{0,400})\](?:\([^()]{0,800}\)|\[[^[\]]{0,200}\])/g, "$1");
  if (text.includes("<")) text = text.replace(/<\/?[A-Za-z][^<>]{0,300}>/g, "");
  if (text.includes("*")) text = text.replace(/\*{1,3}(?=\S)([^*]{1,2000}?)\*{1,3}/g, "$1");
  if (text.includes("__")) text = text.replace(/__(?=\S)([^_]{1,2000}?)__/g, "$1");
  if (text.includes("`")) text = text.replace(/`+/g, "");
  return text.replace(/\s+/g, " ").trim();
}

/** The text of a heading, from its source: ATX marks, closing marks and setext or title underlines removed. */
export function headingText(source: string): string {
  let text = source.trim();
  if (text === "" || text === "#") return "";
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1).trim();
  if (text.includes("\n")) {
    const lines = text.split(/\r?\n/).filter((line) => !/^\s*([^\w\s])\1{1,}\s*$|^\s*[=-]\s*$/.test(line));
    text = lines.join(" ").trim();
  }
  if (text.startsWith("#")) text = text.replace(/^#{1,6}(?:\s+|$)/, "").replace(/(?:^|\s+)#+\s*$/, "");
  else if (text.startsWith("=")) text = text.replace(/^={1,6}\s+/, "").replace(/\s+=+\s*$/, "");
  text = text.replace(/\s*\{#[\w:.-]+\}\s*$/, "");
  return plainText(text);
}

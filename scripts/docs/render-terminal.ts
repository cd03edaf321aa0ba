// Renders terminal output with colours (ANSI SGR) as an SVG picture: node scripts/docs/render-terminal.ts "title" < capture.txt > picture.svg
import { readFileSync } from "node:fs";

const colors: Record<string, string> = {
  "30": "#555",
  "31": "#e06c75",
  "32": "#98c379",
  "33": "#e5c07b",
  "34": "#61afef",
  "35": "#c678dd",
  "36": "#56b6c2",
  "37": "#dcdfe4",
  "90": "#7f848e",
  "91": "#e06c75",
  "92": "#98c379",
  "93": "#e5c07b",
  "94": "#61afef",
  "95": "#c678dd",
  "96": "#56b6c2",
};
const escapeCharacter = String.fromCharCode(27);
const styleCode = new RegExp(`(${escapeCharacter}\\[[0-9;]*m)`, "g");
const cell = { width: 8.4, height: 19 };
const margin = { left: 18, top: 46, bottom: 16 };

interface Style {
  color: string;
  bold: boolean;
  dim: boolean;
}

const plain: Style = { color: "#dcdfe4", bold: false, dim: false };

function applyCodes(style: Style, codes: string[]): Style {
  let next = { ...style };
  for (const code of codes) {
    if (code === "" || code === "0") next = { ...plain };
    else if (code === "1") next.bold = true;
    else if (code === "2") next.dim = true;
    else if (code === "22") next = { ...next, bold: false, dim: false };
    else if (code === "39") next.color = plain.color;
    else next.color = colors[code] ?? next.color;
  }
  return next;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function renderLine(line: string, row: number): string {
  let style = plain;
  let column = 0;
  const spans: string[] = [];
  for (const part of line.split(styleCode)) {
    if (part.startsWith(`${escapeCharacter}[`)) {
      style = applyCodes(style, part.slice(2, -1).split(";"));
      continue;
    }
    if (part.trim() !== "") {
      const weight = style.bold ? ' font-weight="bold"' : "";
      const opacity = style.dim ? ' opacity="0.6"' : "";
      const x = (margin.left + column * cell.width).toFixed(1);
      const length = (part.length * cell.width).toFixed(1);
      spans.push(
        `<tspan x="${x}" textLength="${length}" fill="${style.color}"${weight}${opacity}>${escapeXml(part)}</tspan>`,
      );
    }
    column += part.length;
  }
  return `<text y="${margin.top + row * cell.height}" xml:space="preserve">${spans.join("")}</text>`;
}

const lines = readFileSync(0, "utf8").replace(/\n+$/, "").split("\n");
const visible = (line: string) => line.replaceAll(styleCode, "").length;
const width = Math.ceil(margin.left * 2 + Math.max(...lines.map(visible)) * cell.width);
const height = Math.ceil(margin.top + lines.length * cell.height + margin.bottom);
const dots = ["#e06c75", "#e5c07b", "#98c379"].map(
  (fill, at) => `<circle cx="${20 + at * 18}" cy="18" r="5.5" fill="${fill}"/>`,
);
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14" role="img">
<title>${escapeXml(process.argv[2] ?? "")}</title>
<rect width="100%" height="100%" rx="8" fill="#1e222a"/>
${dots.join("")}
<text x="${width / 2}" y="22" text-anchor="middle" fill="#7f848e" font-size="12">${escapeXml(process.argv[2] ?? "")}</text>
${lines.map(renderLine).join("\n")}
</svg>
`);

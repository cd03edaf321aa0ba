/** Plots as inline SVG. Colours come from the page's style sheet, so that they follow light and dark. All pure. */

const width = 720;
const left = 150;
const right = 20;

export function escapeXml(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replaceAll(/[&<>"']/g, (sign) => names[sign] ?? sign);
}

/** A bar of a bar chart; several parts lie behind one another. */
export interface Bar {
  name: string;
  parts: { value: number; color: number; title: string }[];
  /** Shown behind the bar. */
  label: string;
}

/** Horizontal bars, one a name. */
export function renderBars(bars: readonly Bar[], title: string): string {
  const rowHeight = 26;
  const sumOf = (bar: Bar): number => bar.parts.reduce((sum, part) => sum + part.value, 0);
  const most = Math.max(...bars.map(sumOf), 0) || 1;
  const scale = (width - left - right - 110) / most;
  const rows = bars.map((bar, row) => {
    const y = row * rowHeight + 4;
    let x = left;
    const parts = bar.parts.map(({ value, color, title: hint }) => {
      const shape = rect({ x, y, width: value * scale, height: 18, className: `c${color}`, title: hint });
      x += value * scale;
      return shape;
    });
    return [
      text({ x: left - 8, y: y + 13, content: shorten(bar.name), anchor: "end" }),
      ...parts,
      text({ x: x + 6, y: y + 13, content: bar.label, className: "dim" }),
    ].join("");
  });
  return frame({ height: bars.length * rowHeight + 4, title, content: rows.join("") });
}

/** A line that only goes up, as steps. */
export function renderSteps(
  points: readonly { x: number; y: number }[],
  axis: { title: string; x: (value: number) => string; y: (value: number) => string },
): string {
  const height = 220;
  const bottom = height - 28;
  const mostX = Math.max(...points.map(({ x }) => x), 0) || 1;
  const mostY = Math.max(...points.map(({ y }) => y), 0) || 1;
  const toX = (x: number): number => left + (x / mostX) * (width - left - right);
  const toY = (y: number): number => bottom - (y / mostY) * (bottom - 12);
  const path = points.map(({ x, y }) => `H${round(toX(x))}V${round(toY(y))}`).join("");
  // Where everything is zero there is nothing to divide.
  const parts = points.some(({ y }) => y > 0) ? [0, 0.25, 0.5, 0.75, 1] : [0, 1];
  const ticks = parts.map((part) => {
    const y = round(toY(part * mostY));
    const x = round(toX(part * mostX));
    const anchor = part === 1 ? "end" : "middle";
    return `<line class="grid" x1="${left}" x2="${width - right}" y1="${y}" y2="${y}"/>${text({ x: left - 8, y: y + 4, content: parts.length === 2 && part > 0 ? "" : axis.y(part * mostY), anchor: "end", className: "dim" })}${text({ x, y: height - 8, content: axis.x(part * mostX), anchor, className: "dim" })}`;
  });
  const line = `<path class="line" d="M${left} ${bottom}${path}H${width - right}"/>`;
  return frame({ height, title: axis.title, content: ticks.join("") + line });
}

/** A stretch of time. */
export interface Span {
  name: string;
  start: number;
  end: number;
  color: number;
  title: string;
}

/** Stretches of time below each other, in the order given. */
export function renderSpans(spans: readonly Span[], axis: { title: string; x: (value: number) => string }): string {
  const rowHeight = 24;
  const most = Math.max(...spans.map(({ end }) => end), 0) || 1;
  const toX = (x: number): number => left + (x / most) * (width - left - right);
  const height = spans.length * rowHeight + 28;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const x = round(toX(part * most));
    return `<line class="grid" x1="${x}" x2="${x}" y1="0" y2="${height - 24}"/>${text({ x, y: height - 8, content: axis.x(part * most), anchor: part === 1 ? "end" : "middle", className: "dim" })}`;
  });
  const rows = spans.map(({ name, start, end, color, title }, row) => {
    const y = row * rowHeight + 3;
    const shape = {
      x: toX(start),
      y,
      width: Math.max(2, toX(end) - toX(start)),
      height: 17,
      className: `c${color}`,
      title,
    };
    return text({ x: left - 8, y: y + 13, content: shorten(name), anchor: "end" }) + rect(shape);
  });
  return frame({ height, title: axis.title, content: grid.join("") + rows.join("") });
}

function frame(plot: { height: number; title: string; content: string }): string {
  return `<svg viewBox="0 0 ${width} ${plot.height}" role="img" aria-label="${escapeXml(plot.title)}">${plot.content}</svg>`;
}

function rect(shape: {
  x: number;
  y: number;
  width: number;
  height: number;
  className: string;
  title: string;
}): string {
  const { x, y, height, className, title } = shape;
  return `<rect class="${className}" x="${round(x)}" y="${round(y)}" width="${round(shape.width)}" height="${height}"><title>${escapeXml(title)}</title></rect>`;
}

function text(label: { x: number; y: number; content: string; anchor?: string; className?: string }): string {
  const { x, y, content, anchor = "start", className = "" } = label;
  return `<text class="${className}" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

function shorten(name: string): string {
  return name.length > 22 ? `${name.slice(0, 21)}…` : name;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

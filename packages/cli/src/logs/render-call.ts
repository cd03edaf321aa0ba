import type { ListedCall } from "@ccb/logging";
import type { Painter } from "../render/_painter.ts";
import { formatCount, formatDuration } from "../render/format.ts";
import { showControls } from "./show-controls.ts";

type Fields = Record<string, unknown>;

/** A model call for people: who asked, what was said, what came back and what it cost. Pure. */
export function renderCall(call: Fields, listed: ListedCall, paint: Painter): string {
  const request = asFields(call.request);
  const response = asFields(call.response);
  const cost = listed.costUsd === undefined ? "price unknown" : `$${listed.costUsd}`;
  const place = [listed.phase, listed.task].filter((part) => part !== undefined).join(", ");
  const tools = Array.isArray(request.tools) ? request.tools.map((tool) => String(asFields(tool).name)) : [];
  return [
    `${paint.strong(`Call ${listed.number}`)} ${paint.dim(`logs/api_calls/${listed.id}.json`)}`,
    `${listed.agent}${place === "" ? "" : ` (${place})`}, ${listed.model}, ${listed.outcome}${listed.status === undefined ? "" : ` ${listed.status}`}`,
    `${formatCount(listed.tokens)} tokens, ${cost}, ${formatDuration(listed.latencyMs)}, ${listed.at}`,
    ...(tools.length === 0 ? [] : [`tools: ${tools.join(", ")}`]),
    ...(request.system ? [section("system", request.system, paint)] : []),
    ...asList(request.messages).map((message) => {
      const { role, content } = asFields(message);
      return section(String(role), content, paint);
    }),
    section("answer", response.content ?? response, paint),
  ].join("\n");
}

function section(title: string, content: unknown, paint: Painter): string {
  const text = typeof content === "string" ? content : asList(content).map(renderBlock).join("\n");
  return `\n${paint.accent(`── ${title}`)}\n${showControls(text, { multiline: true })}`;
}

function renderBlock(block: unknown): string {
  const fields = asFields(block);
  if (fields.type === "text") return String(fields.text);
  if (fields.type === "thinking") return `(thinking) ${String(fields.thinking)}`;
  if (fields.type === "tool_use") return `→ ${String(fields.name)} ${JSON.stringify(fields.input)}`;
  if (fields.type === "tool_result") {
    const { content } = fields;
    return `← ${typeof content === "string" ? content : asList(content).map(renderBlock).join("\n")}`;
  }
  return JSON.stringify(block);
}

function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

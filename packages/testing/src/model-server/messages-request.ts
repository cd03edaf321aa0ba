/** A text block of a system prompt or a message. */
export interface TextBlock {
  type: "text";
  text: string;
  cache_control?: { type: "ephemeral"; ttl?: "5m" | "1h" } | null;
}

/** A tool call that an earlier assistant turn made. */
export interface ToolUseBlock {
  type: "tool_use";
  id: string;
  name: string;
  input: Record<string, unknown>;
}

/** What a tool gave back; `content` is text or blocks, of which the text ones are read. */
export interface ToolResultBlock {
  type: "tool_result";
  tool_use_id: string;
  content?: string | { type: string; text?: string }[];
  is_error?: boolean;
}

/** A block of another kind (image, document, thinking, …), passed through unread. */
export interface OtherBlock {
  type:
    | "image"
    | "document"
    | "thinking"
    | "redacted_thinking"
    | "server_tool_use"
    | "search_result"
    | "container_upload";
}

export type RequestBlock = TextBlock | ToolUseBlock | ToolResultBlock | OtherBlock;

/** One turn of the conversation. */
export interface RequestMessage {
  role: "user" | "assistant" | "system";
  content: string | RequestBlock[];
}

/** A tool the model may call; built-in tools of the API have a `type` and no schema. */
export interface ToolDefinition {
  name: string;
  type?: string;
  description?: string;
  input_schema?: Record<string, unknown>;
}

/** The body of `POST /v1/messages`, as far as a scripted answer needs it; unknown members stay where they are. */
export interface MessagesRequest {
  model: string;
  /** Tokens. */
  max_tokens: number;
  messages: RequestMessage[];
  system?: string | TextBlock[];
  tools?: ToolDefinition[];
  tool_choice?: { type: "auto" | "any" | "none" } | { type: "tool"; name: string };
  output_config?: {
    effort?: string | null;
    format?: { type: "json_schema"; schema: Record<string, unknown> } | null;
  };
  stream?: boolean;
  metadata?: { user_id?: string | null };
  temperature?: number;
  stop_sequences?: string[];
  thinking?: { type: string; budget_tokens?: number };
}

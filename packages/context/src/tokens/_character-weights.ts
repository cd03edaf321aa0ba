export type Generation = "claude-5" | "claude-4.7" | "claude-4";

import type { SourceTree } from "../gate/gate-finding.ts";
import { readManifest } from "./_manifest.ts";

/** A command of a README, and what is to be done with it. */
export interface ReadmeCommand {
  path: string;
  line: number;
  /** As written, without a prompt. */
  command: string;
  /** server: runs on until it is stopped · client: talks to the service on this machine · other: runs and ends · change-folder, export: of the shell · not-run: `why` says what it needs. */
  kind: "server" | "client" | "other" | "change-folder" | "export" | "not-run";
  why?: string;
}

const needsMore: [RegExp, string][] = [
  [/<[\w .:/|-]+>|\bYOUR[_-]|\byour-(?:token|key|secret|name|user|repo)|\.\.\.|…/, "it holds a placeholder"],
  [/^(?:sudo|su)\b/, "it wants the rights of an administrator"],
  [/^(?:docker|docker-compose|podman|kubectl|helm|minikube|terraform|vagrant)\b/, "it needs containers or a cluster"],
  [
    /^(?:apt|apt-get|brew|dnf|yum|pacman|choco|winget|snap|nvm|pyenv|asdf|volta|corepack)\b/,
    "it installs programs on the machine",
  ],
  [/^git\s+(?:clone|push|pull|fetch|remote)\b|^(?:gh|ssh|scp|rsync)\b/, "it talks to another machine"],
  [/^(?:npm|pnpm|yarn)\s+(?:publish|login)\b|\btwine upload\b/, "it publishes"],
  [
    /^(?:open|xdg-open|start|code|vim?|nano|less|watch|tail -f|journalctl|systemctl|pm2|screen|tmux)\b/,
    "it needs a person or a desktop",
  ],
  [/^(?:curl|wget|http|https)\b(?![\s\S]*(?:localhost|127\.0\.0\.1|\[::1\]))/, "it talks to another machine"],
  [/\brm\s+-\w*[rf]\w*\s+(?:\/|~|\$HOME|\.\.)/, "it deletes outside of the project"],
];
const server =
  /(?:^|\s)(?:(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:start|serve|dev)\b|node\s+(?:--\S+\s+)*(?:\.\/)?(?:[\w.-]+\/)*(?:server|app|index|main)\.[cm]?[jt]s\s*$|(?:python3?\s+-m\s+)?(?:uvicorn|gunicorn|hypercorn|waitress-serve)\b|(?:python3?\s+-m\s+)?flask\s+(?:--app\s+\S+\s+)?run\b|python3?\s+manage\.py\s+runserver|python3?\s+(?:[\w.-]+\/)*(?:server|app|main)\.py\s*$|fastapi\s+(?:run|dev))/;

/** The commands in the shell blocks of README.md, in order. Text blocks, outputs and other languages are no commands. Pure. */
export function planReadmeCommands(files: SourceTree): ReadmeCommand[] {
  const path = Object.keys(files).find((name) => /^readme(?:\.md)?$/i.test(name));
  if (path === undefined) return [];
  const { name } = readManifest(files);
  return listCommandLines(files[path] ?? "").map(({ command, line }) => ({
    path,
    line,
    command,
    ...classify(command, name),
  }));
}

function classify(command: string, projectName: string): Pick<ReadmeCommand, "kind" | "why"> {
  const bare = command.replace(/^(?:[A-Z_][A-Z0-9_]*=(?:"[^"]*"|'[^']*'|\S*)\s+)+/, "");
  const folder = /^cd\s+["']?([^"';&|]+?)["']?\s*$/.exec(bare)?.[1];
  if (folder !== undefined)
    return folder === projectName
      ? { kind: "not-run", why: "the project's folder is the current one" }
      : { kind: "change-folder" };
  const blocked = needsMore.find(([form]) => form.test(bare));
  if (blocked !== undefined) return { kind: "not-run", why: blocked[1] };
  if (/^(?:export\s+|set -a|[A-Z_][A-Z0-9_]*=\S*$)/.test(command)) return { kind: "export" };
  if (/^(?:source|\.)\s/.test(bare)) return { kind: "export" };
  if (server.test(bare)) return { kind: "server" };
  return { kind: /localhost|127\.0\.0\.1|\[::1\]/.test(bare) ? "client" : "other" };
}

function listCommandLines(text: string): { command: string; line: number }[] {
  const found: { command: string; line: number }[] = [];
  let fence: string | undefined;
  let isShell = false;
  let hasPrompts = false;
  let open: { command: string; line: number } | undefined;
  for (const [index, raw] of text.split("\n").entries()) {
    const mark = /^\s*(`{3,}|~{3,})\s*([\w-]*)/.exec(raw);
    if (mark !== null && (fence === undefined || (raw.trim().startsWith(fence) && mark[2] === ""))) {
      isShell =
        fence === undefined && /^(?:sh|bash|shell|console|zsh|shell-session|shellsession)$/i.test(mark[2] ?? "");
      hasPrompts = /^(?:console|shell-session|shellsession)$/i.test(mark[2] ?? "");
      fence = fence === undefined ? (mark[1] ?? "```") : undefined;
      open = undefined;
      continue;
    }
    if (!isShell) continue;
    const line = raw.trim();
    if (open !== undefined) {
      open.command += `\n${line}`;
      if (!line.endsWith("\\") && quotesAreClosed(open.command)) open = undefined;
      continue;
    }
    // With prompts, the other lines are what the commands printed.
    if (line === "" || line.startsWith("#") || (hasPrompts && !/^[$>%]\s/.test(line))) continue;
    const entry = { command: line.replace(/^[$>%]\s+/, "").replace(/\s+#\s.*$/, ""), line: index + 1 };
    found.push(entry);
    if (line.endsWith("\\") || !quotesAreClosed(line)) open = entry;
  }
  return found;
}

function quotesAreClosed(text: string): boolean {
  const plain = text.replace(/\\./g, "").replace(/"[^"]*"|'[^']*'/g, "");
  return !/["']/.test(plain);
}

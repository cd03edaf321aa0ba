import { estimateTokens } from "@ccb/context";
import { enforcePoints } from "@ccb/core";
import { checkServers, type McpPolicy, mandatoryServers, readServerRegistry } from "@ccb/mcp";
import { exitCodes } from "../exit-codes.ts";
import { createPainter } from "../render/_painter.ts";
import { formatCount } from "../render/format.ts";
import type { Terminal } from "../terminal.ts";
import { type ServerFlags, serverEnvironment } from "./_open-servers.ts";

/** `ccb mcp policy`: what a build would ask for at each point, and what it costs to have files go through the filesystem server. */
export async function runMcpPolicy(call: {
  flags: Pick<ServerFlags, "customMcp" | "json">;
  terminal: Terminal;
}): Promise<number> {
  const { flags, terminal } = call;
  const { cwd, environment, stdout } = terminal;
  const registry = await readServerRegistry({
    cwd,
    project: false,
    environment,
    ...(flags.customMcp === undefined ? {} : { customFile: flags.customMcp }),
  });
  const { policy, entries } = registry;
  const custom = entries.map(({ definition }) => definition).filter(({ required }) => required);
  const points = enforcePoints.map((point) => ({
    point,
    ...policy.points[point],
    servers: [
      ...Object.keys(policy.servers).filter((name) => policy.servers[name]?.enforceAt.includes(point)),
      ...custom
        .filter(({ name, enforceAt }) => !policy.servers[name] && enforceAt.includes(point))
        .map(({ name }) => name),
    ],
  }));
  const filesystem = await measureFilesystem(policy, terminal);
  if (flags.json) {
    stdout.write(`${JSON.stringify({ points, limits: policy.limits, filesystem }, null, 2)}\n`);
    return exitCodes.done;
  }
  const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
  const colors = { required: paint.strong, preferred: paint.accent, off: paint.dim };
  for (const { point, level, moment, since, sessions, servers } of points) {
    const when = `${moment}, since ${since}${sessions === "every" ? "" : `, ${sessions}`}`;
    stdout.write(
      `${point.padEnd(22)} ${colors[level](level.padEnd(9))} ${(servers.join(", ") || "–").padEnd(26)} ${paint.dim(when)}\n`,
    );
  }
  const { refusals, redos } = policy.limits;
  stdout.write(`\nRefused at most ${refusals} times at a point; redone at most ${redos} times, then failed.\n`);
  stdout.write(`\n${renderCost(filesystem)}`);
  return exitCodes.done;
}

interface FilesystemCost {
  /** Tokens of the schemas that a session loads to use the server for that; undefined where the server does not start. */
  points: Record<"file_read" | "file_write" | "directory_ops", number | undefined>;
  reason: string;
}

/** The tokens of the server's tools that each point would have a session load. */
async function measureFilesystem(policy: McpPolicy, terminal: Terminal): Promise<FilesystemCost> {
  const servers = mandatoryServers({ projectDirectory: terminal.cwd, environment: serverEnvironment(terminal) });
  const [health] = await checkServers(servers.filter(({ name }) => name === "filesystem"));
  const tools = JSON.parse(health?.schemas ?? "[]") as { name: string }[];
  const sum = (names: readonly string[]) =>
    health?.status === "ready"
      ? tools
          .filter(({ name }) => names.includes(`mcp__filesystem__${name}`))
          .reduce((tokens, tool) => tokens + estimateTokens(JSON.stringify(tool)), 0)
      : undefined;
  return {
    points: {
      file_read: sum(policy.tools.readTools),
      file_write: sum(policy.tools.editTools),
      directory_ops: sum(policy.tools.directoryTools),
    },
    reason: health?.reason ?? "",
  };
}

function renderCost({ points, reason }: FilesystemCost): string {
  if (reason !== "") return `What files through the filesystem server cost is not known: ${reason}\n`;
  const rows = Object.entries(points).map(
    ([point, tokens]) => `  ${point.padEnd(14)} ${formatCount(tokens ?? 0).padStart(6)} tokens of schemas`,
  );
  return [
    "Files through the filesystem server (file_read, file_write, directory_ops; off by default) cost a session, once:",
    ...rows,
    "  required       and one refused call where it uses a built-in tool, for each of the three",
    "  preferred      no refused call; what went another way is reported",
    "",
  ].join("\n");
}

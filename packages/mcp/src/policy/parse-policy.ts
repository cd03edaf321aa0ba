import { CcbError, enforcePoints } from "@ccb/core";
import { z } from "zod";
import { defaultPolicy } from "./default-policy.ts";
import { type McpPolicy, policyLevels, policyMoments, policySessions, policyWindows } from "./mcp-policy.ts";

const expression = z.string().refine(isExpression, "a regular expression");
const texts = z.array(z.string().min(1));

const pointSchema = z.strictObject({
  level: z.enum(policyLevels).optional(),
  moment: z.enum(policyMoments).optional(),
  since: z.enum(policyWindows).optional(),
  sessions: z.enum(policySessions).optional(),
});

const serverSchema = z.strictObject({
  usage: z.string().min(1).optional(),
  when: texts.optional(),
  enforce_at: z.array(z.enum(enforcePoints)).optional(),
  counting_tools: texts.optional(),
  failure_patterns: z.array(expression).optional(),
  relevant_to: z.array(expression).optional(),
  severity: z.enum(["critical", "warning"]).optional(),
  example: z.string().min(1).optional(),
});

const policySchema = z.strictObject({
  points: z.partialRecord(z.enum(enforcePoints), pointSchema).optional(),
  limits: z
    .strictObject({ refusals: z.int().min(0).max(20).optional(), redos: z.int().min(0).max(10).optional() })
    .optional(),
  tools: z
    .strictObject({
      edit_tools: texts.optional(),
      read_tools: texts.optional(),
      directory_tools: texts.optional(),
      edit_commands: z.array(expression).optional(),
      dependency_commands: z.array(expression).optional(),
      deploy_commands: z.array(expression).optional(),
      uncounted_files: z.array(expression).optional(),
      failing_commands: z.int().min(1).optional(),
    })
    .optional(),
  servers: z.record(z.string(), serverSchema).optional(),
});

/**
 * A policy from a file's `policy:` entry, laid over another (the default one): what is not named stays. `place` names the file in errors.
 *
 * Throws a CcbError `bad-input` that names the field, what was expected and what was received.
 */
export function parsePolicy(content: unknown, options: { place: string; base?: McpPolicy }): McpPolicy {
  const base = options.base ?? defaultPolicy;
  const parsed = policySchema.safeParse(content);
  if (!parsed.success) throw renderMistake(parsed.error.issues[0], content, options.place);
  const { points = {}, limits = {}, tools = {}, servers = {} } = parsed.data;
  return {
    points: mapPoints(base.points, points),
    limits: { ...base.limits, ...defined(limits) },
    tools: {
      ...base.tools,
      ...defined({
        editTools: tools.edit_tools,
        readTools: tools.read_tools,
        directoryTools: tools.directory_tools,
        editCommands: tools.edit_commands,
        dependencyCommands: tools.dependency_commands,
        deployCommands: tools.deploy_commands,
        uncountedFiles: tools.uncounted_files,
        failingCommands: tools.failing_commands,
      }),
    },
    servers: {
      ...base.servers,
      ...Object.fromEntries(Object.entries(servers).map(([name, entry]) => [name, layServer(base, name, entry)])),
    },
  };
}

function mapPoints(
  base: McpPolicy["points"],
  changes: Partial<Record<keyof McpPolicy["points"], z.infer<typeof pointSchema>>>,
): McpPolicy["points"] {
  const points = { ...base };
  for (const point of enforcePoints) points[point] = { ...base[point], ...defined(changes[point] ?? {}) };
  return points;
}

function layServer(base: McpPolicy, name: string, entry: z.infer<typeof serverSchema>): McpPolicy["servers"][string] {
  const known = base.servers[name] ?? {
    usage: `the custom server ${name}`,
    when: ["where its tools help"],
    enforceAt: [],
    countingTools: [],
    failurePatterns: [],
    relevantTo: [],
    severity: "critical",
    example: `one of mcp__${name}__…`,
  };
  const changes = defined({
    usage: entry.usage,
    when: entry.when,
    enforceAt: entry.enforce_at,
    countingTools: entry.counting_tools,
    failurePatterns: entry.failure_patterns,
    relevantTo: entry.relevant_to,
    severity: entry.severity,
    example: entry.example,
  });
  return { ...known, ...changes };
}

/** The entries that have a value. */
function defined<T extends object>(entries: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const kept = Object.entries(entries).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}

function isExpression(source: string): boolean {
  try {
    new RegExp(source, "i");
    return true;
  } catch {
    return false;
  }
}

function renderMistake(issue: z.core.$ZodIssue | undefined, content: unknown, place: string): CcbError {
  const path = issue?.path ?? [];
  const field = ["policy", ...path.map(String)].join(".");
  const received = path.reduce<unknown>(
    (value, part) => (typeof value === "object" && value !== null ? Reflect.get(value, part) : value),
    content,
  );
  const expected =
    issue?.code === "invalid_value"
      ? `one of ${issue.values.map(String).join(", ")}`
      : issue?.code === "unrecognized_keys"
        ? `no ${issue.keys.join(", ")}`
        : issue?.code === "invalid_key"
          ? `one of ${enforcePoints.join(", ")}`
          : (issue?.message ?? "another value");
  const short = (JSON.stringify(received) ?? "nothing").slice(0, 120);
  return new CcbError({
    code: "bad-input",
    message: `${place}: ${field}: expected ${expected}, received ${short}.`,
    hint: "The entries of a policy are described in the README of @ccb/mcp.",
    details: { path: place, field },
  });
}

import type { EnforcePoint } from "@ccb/core";

/** What is asked of the use of one server. Plain data; regular expressions are written as their source. */
export interface ServerPolicy {
  /** What the server is for, in one sentence for the model. */
  usage: string;
  /** When to use it, for the model. */
  when: readonly string[];
  /** Points at which it must have been used. */
  enforceAt: readonly EnforcePoint[];
  /** Tools whose success counts as use; empty counts every tool. */
  countingTools: readonly string[];
  /** An answer that matches one of these did not succeed, whatever the server says of it. */
  failurePatterns: readonly string[];
  /** What a violation means: `critical` refuses the end of the task, `warning` is only reported. */
  severity: "critical" | "warning";
  /** One call as the model writes it. */
  example: string;
}

/** When which server must be used, and what happens where it was not. */
export interface McpPolicy {
  /** Points that are judged; the others are told to the model but not enforced. */
  enforcedPoints: readonly EnforcePoint[];
  /** Refusals after which the task fails with a violation. */
  maxRefusals: number;
  servers: Readonly<Record<string, ServerPolicy>>;
}

/** Answers of a server that look like success and are not. */
const errorAnswers: readonly string[] = Object.freeze(["^\\s*Error\\b", "^\\s*Failed to\\b"]);

/** The policy of CCB's five mandatory servers: enforcement points and wording of section 6 of the product specification. */
export const defaultPolicy: McpPolicy = Object.freeze({
  enforcedPoints: ["task_complete"],
  maxRefusals: 3,
  servers: {
    context7: {
      usage: "current documentation of libraries and frameworks",
      when: [
        "before you use a library or framework",
        "when an API is unfamiliar",
        "to check current best practice and security advice",
      ],
      enforceAt: ["phase_start", "before_implementation", "research"],
      countingTools: ["resolve-library-id", "query-docs"],
      // It answers in plain text with whatever went wrong.
      failurePatterns: [
        ...errorAnswers,
        "^\\s*(?:No libraries found|Documentation not found|The library you are trying|Rate limited|Invalid API key|Request failed)",
      ],
      severity: "warning",
      example: 'mcp__context7__resolve-library-id {"libraryName": "express", "query": "routing"}',
    },
    memory: {
      usage: "knowledge that later tasks need",
      when: [
        "at the end of each task: what was built and where",
        "when you take an architecture decision",
        "when you found the solution of an error",
      ],
      enforceAt: ["task_complete", "phase_complete", "checkpoint"],
      countingTools: ["create_entities", "add_observations", "create_relations"],
      // The server answers with what is new, as a list or under one name: an empty list means that nothing was stored.
      failurePatterns: [
        ...errorAnswers,
        '^\\s*(?:\\{\\s*"\\w+":\\s*)?\\[\\s*\\]\\s*\\}?\\s*$',
        '^(?=[^]*"addedObservations":)(?![^]*"addedObservations":\\s*\\[\\s*")',
      ],
      severity: "critical",
      example:
        'mcp__memory__create_entities {"entities": [{"name": "task-3", "entityType": "task", "observations": ["Routes are in src/routes.ts"]}]}',
    },
    "sequential-thinking": {
      usage: "breaking a hard problem into steps",
      when: ["before a complex implementation", "for architecture decisions", "when debugging does not get on"],
      enforceAt: ["phase_planning", "architecture_decisions", "debugging"],
      countingTools: ["sequentialthinking"],
      failurePatterns: errorAnswers,
      severity: "warning",
      example:
        'mcp__sequential-thinking__sequentialthinking {"thought": "…", "thoughtNumber": 1, "totalThoughts": 3, "nextThoughtNeeded": true}',
    },
    filesystem: {
      usage: "files and folders of the project directory",
      when: ["to look around in the project directory", "to move files and make folders"],
      enforceAt: ["file_read", "file_write", "directory_ops"],
      countingTools: [],
      failurePatterns: errorAnswers,
      severity: "warning",
      example: 'mcp__filesystem__list_directory {"path": "."}',
    },
    git: {
      usage: "the project's history and what has changed",
      when: ["at the end of each task: look at what has changed", "to see what earlier tasks did"],
      enforceAt: ["task_complete", "phase_complete", "checkpoint"],
      countingTools: [
        "git_status",
        "git_diff",
        "git_log",
        "git_show",
        "git_blame",
        "git_branch",
        "git_add",
        "git_commit",
        "git_changelog_analyze",
      ],
      failurePatterns: errorAnswers,
      severity: "critical",
      example: 'mcp__git__git_status {"path": "./"}',
    },
  },
} satisfies McpPolicy);

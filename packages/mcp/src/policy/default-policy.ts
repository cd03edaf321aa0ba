import type { McpPolicy } from "./mcp-policy.ts";

/** Answers of a server that look like success and are not. */
const errorAnswers: readonly string[] = Object.freeze(["^\\s*Error\\b", "^\\s*Failed to\\b"]);

/** Words by which a phase shows that it stands on somebody else's library. */
const libraryWords: readonly string[] = Object.freeze([
  "\\b(?:librar(?:y|ies)|frameworks?|SDKs?|ORMs?|npm packages?|third-party)\\b",
  "\\b(?:express|fastify|hono|koa|nestjs|react|vue|svelte|angular|next\\.js|nuxt|vite|tailwind|prisma|drizzle|typeorm|sequelize|mongoose|zod|socket\\.io|graphql|trpc)\\b",
  "\\b(?:fastapi|django|flask|sqlalchemy|pydantic|pytest|spring|rails|laravel|gin|axum|tokio|kafka|redis|elasticsearch|stripe|playwright)\\b",
]);

/**
 * The policy of CCB's five mandatory servers: points and wording of section 6 of the product specification, each point mapped to a moment that hook events
 * show. `phase_planning` and `architecture_decisions` are the moment before a phase or a large task turns into code; `research` is the moment before a
 * dependency is added; a checkpoint is written after every task, so what belongs to it has to follow the last edit.
 */
export const defaultPolicy: McpPolicy = Object.freeze({
  points: {
    phase_start: { level: "required", moment: "first-edit", since: "task", sessions: "first-of-phase" },
    phase_planning: { level: "preferred", moment: "first-edit", since: "task", sessions: "first-of-phase" },
    before_implementation: { level: "preferred", moment: "first-edit", since: "task", sessions: "every" },
    architecture_decisions: { level: "required", moment: "first-edit", since: "task", sessions: "large-task" },
    research: { level: "required", moment: "dependency", since: "task", sessions: "every" },
    debugging: { level: "preferred", moment: "failing", since: "failure", sessions: "every" },
    file_read: { level: "off", moment: "read", since: "this-call", sessions: "every" },
    file_write: { level: "off", moment: "edit", since: "this-call", sessions: "every" },
    directory_ops: { level: "off", moment: "directory", since: "this-call", sessions: "every" },
    before_deployment: { level: "required", moment: "deployment", since: "task", sessions: "every" },
    task_complete: { level: "required", moment: "end", since: "task", sessions: "every" },
    phase_complete: { level: "required", moment: "end", since: "task", sessions: "last-of-phase" },
    checkpoint: { level: "preferred", moment: "end", since: "last-edit", sessions: "every" },
  },
  limits: { refusals: 3, redos: 1 },
  tools: {
    editTools: [
      "Write",
      "Edit",
      "MultiEdit",
      "NotebookEdit",
      "mcp__filesystem__write_file",
      "mcp__filesystem__edit_file",
      "mcp__filesystem__move_file",
    ],
    readTools: [
      "Read",
      "Grep",
      "mcp__filesystem__read_file",
      "mcp__filesystem__read_text_file",
      "mcp__filesystem__read_media_file",
      "mcp__filesystem__read_multiple_files",
      "mcp__filesystem__search_files",
    ],
    directoryTools: [
      "Glob",
      "mcp__filesystem__create_directory",
      "mcp__filesystem__list_directory",
      "mcp__filesystem__list_directory_with_sizes",
      "mcp__filesystem__directory_tree",
    ],
    editCommands: [
      // A redirection into a file; not one to a descriptor, to /dev or to /tmp, and not "=>" or "->".
      "(?:^|[^-=<>&\\d])\\d?>>?(?![>&])\\s*(?!/dev/|/tmp/)[^\\s>&|;]",
      "\\btee\\s+(?:-a\\s+)?(?!/dev/|/tmp/)[^-\\s|;&]",
      "\\b(?:sed|perl)\\s+(?:-[\\w.]+\\s+)*-[a-z]*i",
      "(?:^|[;&|]\\s*|\\s&&\\s)(?:cp|mv|install|rsync|truncate|patch|git\\s+apply)\\s",
    ],
    dependencyCommands: [
      "\\b(?:npm|pnpm|yarn|bun)\\s+(?:i|install|add)\\s+(?:-{1,2}[\\w-]+\\s+)*[@a-zA-Z]",
      "\\b(?:pip3?|uv(?:\\s+pip)?|poetry|cargo|go|gem|bundle|composer|dotnet)\\s+(?:install|add|get|require)\\s+(?:-{1,2}[\\w-]+\\s+)*(?!requirements)[@a-zA-Z]",
    ],
    deployCommands: [
      "\\b(?:npm|pnpm|yarn|cargo|poetry)\\s+publish\\b",
      "\\b(?:docker|podman)\\s+push\\b",
      "\\b(?:kubectl|helm|terraform|pulumi|fly|flyctl|vercel|netlify|heroku|gcloud|aws|az)\\s+(?:\\S+\\s+)*?(?:apply|deploy|install|upgrade|up|push)\\b",
    ],
    uncountedFiles: [
      "(?:^|/)(?:package-lock\\.json|npm-shrinkwrap\\.json|pnpm-lock\\.yaml|yarn\\.lock|bun\\.lockb?|poetry\\.lock|uv\\.lock|Pipfile\\.lock|Cargo\\.lock|go\\.sum|composer\\.lock|Gemfile\\.lock)$",
      "(?:^|/)(?:node_modules|__pycache__|\\.pytest_cache|\\.mypy_cache|\\.ruff_cache|\\.venv|venv|coverage|\\.nyc_output|test-results)/",
      "(?:\\.log|\\.tsbuildinfo|\\.pid|\\.sock|\\.sqlite3?-(?:wal|shm|journal)|\\.db-(?:wal|shm|journal))$",
    ],
    failingCommands: 3,
  },
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
      relevantTo: libraryWords,
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
      relevantTo: [],
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
      relevantTo: [],
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
      relevantTo: [],
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
      relevantTo: [],
      severity: "critical",
      example: 'mcp__git__git_status {"path": "./"}',
    },
  },
} satisfies McpPolicy);

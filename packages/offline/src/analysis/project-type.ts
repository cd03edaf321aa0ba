/** Kinds of project by the words that speak for them; the kind with most words in the text wins, the earlier one in a draw. */
const vocabulary: [type: string, words: RegExp][] = [
  [
    "REST service",
    /\b(?:rest(?:ful)?|http api|web service|web api|endpoints?|openapi|swagger|status codes?|json body|(?:GET|POST|PUT|PATCH|DELETE) \/\S*)/gi,
  ],
  [
    "web application",
    /\b(?:web ?app(?:lication)?s?|browsers?|front.?end|html|css|react|vue|angular|svelte|next\.js|web ?pages?|dashboards?|responsive|click(?:s|ing)?|buttons?)\b/gi,
  ],
  [
    "command-line tool",
    /\b(?:cli|command.line|terminal|stdin|stdout|stderr|exit codes?|subcommands?|flags?|argv|--[a-z][a-z-]+)\b/gi,
  ],
  [
    "library",
    /\b(?:librar(?:y|ies)|package|sdk|npm module|public api|import(?:ed|s)? from|type definitions?|consumers?)\b/gi,
  ],
  [
    "mobile application",
    /\b(?:mobile|ios|android|swift(?:ui)?|kotlin|react native|flutter|app store|push notifications?)\b/gi,
  ],
  ["desktop application", /\b(?:desktop|electron|tauri|windows app|macos app|menu bar|system tray)\b/gi],
  [
    "data pipeline",
    /\b(?:etl|pipelines?|data ?warehouse|batch(?:es)?|ingest(?:ion|s)?|transformations?|airflow|spark|parquet|csv files?)\b/gi,
  ],
  [
    "machine-learning system",
    /\b(?:machine learning|neural|training data|inference|embeddings?|classifier|fine.tun\w+)\b/gi,
  ],
  ["game", /\b(?:game|players?|sprites?|levels?|high ?scores?|multiplayer|game ?loop)\b/gi],
  ["infrastructure", /\b(?:terraform|kubernetes|helm|ansible|clusters?|provision(?:s|ing)?|load balancers?)\b/gi],
];

/** The kind of project, by vocabulary; "software project" where no kind has two words. */
export function classifyProject(text: string): { type: string; matches: number } {
  let best = { type: "software project", matches: 1 };
  for (const [type, words] of vocabulary) {
    const matches = text.match(words)?.length ?? 0;
    if (matches > best.matches) best = { type, matches };
  }
  return best;
}

const technologies: [name: string, pattern: RegExp][] = [
  ["Node.js", /\bnode(?:\.js|js)?\b(?!s)/i],
  ["TypeScript", /\btypescript\b/i],
  ["JavaScript", /\bjavascript\b/i],
  ["Python", /\bpython\b/i],
  ["Go", /\bgolang\b|\bGo \d|\bin Go\b/],
  ["Rust", /\bRust\b|\bcargo\.toml\b/],
  ["Java", /\bJava\b(?! ?script)/],
  ["Kotlin", /\bkotlin\b/i],
  ["Swift", /\bSwift(?:UI)?\b/],
  ["C#", /\bC#|\.NET\b/],
  ["C++", /\bC\+\+/],
  ["PHP", /\bphp\b/i],
  ["Ruby", /\bruby\b|\brails\b/i],
  ["React", /\breact(?:\.js)?\b/i],
  ["Vue", /\bvue(?:\.js)?\b/i],
  ["Angular", /\bangular\b/i],
  ["Svelte", /\bsvelte(?:kit)?\b/i],
  ["Next.js", /\bnext\.js\b/i],
  ["Express", /\bexpress(?:\.js)\b|\bExpress\b/],
  ["Fastify", /\bfastify\b/i],
  ["Django", /\bdjango\b/i],
  ["FastAPI", /\bfastapi\b/i],
  ["Flask", /\bflask\b/i],
  ["SQLite", /\bsqlite\b/i],
  ["PostgreSQL", /\bpostgres(?:ql)?\b/i],
  ["MySQL", /\bmysql\b/i],
  ["MongoDB", /\bmongodb?\b/i],
  ["Redis", /\bredis\b/i],
  ["Kafka", /\bkafka\b/i],
  ["RabbitMQ", /\brabbitmq\b/i],
  ["GraphQL", /\bgraphql\b/i],
  ["gRPC", /\bgrpc\b/i],
  ["WebSocket", /\bweb ?sockets?\b/i],
  ["OpenAPI", /\bopenapi\b/i],
  ["Docker", /\bdocker\b/i],
  ["Kubernetes", /\bkubernetes\b|\bk8s\b/i],
  ["AWS", /\bAWS\b|\bS3\b/],
  ["Terraform", /\bterraform\b/i],
  ["OAuth", /\boauth ?2?\b/i],
  ["JWT", /\bjwt\b/i],
];

/** Technologies that the text names, in the order of this table. */
export function findTechnologies(text: string): string[] {
  return technologies.filter(([, pattern]) => pattern.test(text)).map(([name]) => name);
}

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
    /\b(?:cli|command.line|stdin|stdout|stderr|exit codes?|subcommands?|flags?|argv|--[a-z][a-z-]+)\b/gi,
  ],
  [
    "library",
    /\b(?:(?:client|software|utility|programming|npm|python|typescript|javascript) librar(?:y|ies)|sdk|npm (?:module|package)|public api|type definitions?)\b/gi,
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
  ["game", /\b(?:games?|gameplay|players?|sprites?|high ?scores?|multiplayer|game ?loop)\b/gi],
  ["infrastructure", /\b(?:terraform|kubernetes|helm|ansible|clusters?|provision(?:s|ing)?|load balancers?)\b/gi],
];

/** A word in the sentence that says what the product is counts as much as so many anywhere else. */
const leadWeight = 50;

/** The kind of project, by the words of the text and of its leading sentences; "software project" where no kind has two words. */
export function classifyProject(text: string, lead: string): string {
  let best = { type: "software project", matches: 1 };
  for (const [type, words] of vocabulary) {
    const matches = countMatches(text, words) + leadWeight * countMatches(lead, words);
    if (matches > best.matches) best = { type, matches };
  }
  return best.type;
}

function countMatches(text: string, words: RegExp): number {
  return text.match(words)?.length ?? 0;
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

/** Technologies that the text names, the most named first. */
export function findTechnologies(text: string): string[] {
  return technologies
    .map(([name, pattern]) => ({ name, count: countMatches(text, new RegExp(pattern.source, `${pattern.flags}g`)) }))
    .filter(({ count }) => count > 0)
    .sort((left, right) => right.count - left.count)
    .map(({ name }) => name);
}

/** Texts with and without secrets for tests and the benchmark. They are put together here: none stands in a file of the repository. */

const alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** The same sequence of characters for the same seed, with digits and both cases in it. */
export function makeCharacters(
  length: number,
  { seed = 1, from = alphanumeric }: { seed?: number; from?: string } = {},
): string {
  let state = seed * 2_654_435_761;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return from[(state >>> 8) % from.length];
  }).join("");
}

const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const hexadecimal = "0123456789abcdef";
const base64 = `${alphanumeric}+/`;

type Form = [name: string, make: (seed: number) => string];

/** Secrets of well-known services, by their forms. */
const forms: Form[] = [
  ["aws", (seed) => `AKIA${makeCharacters(16, { seed, from: base32 })}`],
  ["github", (seed) => `ghp_${makeCharacters(36, { seed })}`],
  ["github fine-grained", (seed) => `github_pat_${makeCharacters(82, { seed })}`],
  ["gitlab", (seed) => `glpat-${makeCharacters(20, { seed })}`],
  ["stripe", (seed) => `sk_live_${makeCharacters(30, { seed })}`],
  [
    "slack",
    (seed) =>
      `xoxb-${makeCharacters(12, { seed, from: "0123456789" })}-${makeCharacters(12, { seed: seed + 1, from: "0123456789" })}-${makeCharacters(24, { seed })}`,
  ],
  ["anthropic", (seed) => `sk-ant-api03-${makeCharacters(93, { seed })}AA`],
  ["openai", (seed) => `sk-${makeCharacters(20, { seed })}T3BlbkFJ${makeCharacters(20, { seed: seed + 1 })}`],
  ["google", (seed) => `AIza${makeCharacters(35, { seed })}`],
  ["npm", (seed) => `npm_${makeCharacters(36, { seed, from: alphanumeric.replace(/[A-Z]/g, "") })}`],
  ["sendgrid", (seed) => `SG.${makeCharacters(66, { seed })}`],
  ["hugging face", (seed) => `hf_${makeCharacters(34, { seed, from: alphanumeric.replace(/\d/g, "") })}`],
  ["digitalocean", (seed) => `dop_v1_${makeCharacters(64, { seed, from: hexadecimal })}`],
  ["shopify", (seed) => `shpat_${makeCharacters(32, { seed, from: hexadecimal })}`],
  [
    "jwt",
    (seed) => `eyJhbGciOiJIUzI1NiJ9.eyJ${makeCharacters(60, { seed })}.${makeCharacters(43, { seed: seed + 1 })}`,
  ],
  ["generic", (seed) => makeCharacters(32, { seed })],
];

/** How a secret stands in a file. */
const carriers: ((secret: string) => string)[] = [
  (secret) => `apiToken="${secret}"`,
  (secret) => `API_TOKEN=${secret}`,
  (secret) => `{\n  "api_token": "${secret}"\n}`,
  (secret) => `api_token: ${secret}\nnext: 1`,
  (secret) => `api_token: '${secret}'`,
  (secret) => `const apiToken = "${secret}";`,
  (secret) => `api_token = '${secret}'  # for now`,
  (secret) => `var apiToken string = "${secret}"`,
  (secret) => `apiToken := \`${secret}\``,
  (secret) => `System.setProperty("API_TOKEN", "${secret}")`,
  (secret) => `API_TOKEN ?= "${secret}"`,
  (secret) => `{"config.ini": "API_TOKEN=${secret}\\nBACKUP=true"}`,
];

/** Every form in every way it stands, with a private key and connection strings. */
export function listSecretSamples(): { name: string; text: string }[] {
  const tokens = forms.flatMap(([name, make], index) =>
    carriers.map((carry, way) => ({ name: `${name} ${way}`, text: carry(make(index * 100 + way + 7)) })),
  );
  const key = Array.from({ length: 20 }, (_, line) => makeCharacters(64, { seed: line + 3, from: base64 })).join("\n");
  const word = makeCharacters(14, { seed: 5 });
  return [
    ...tokens,
    { name: "private key", text: `-----BEGIN RSA PRIVATE ${"KEY"}-----\n${key}\n-----END RSA PRIVATE ${"KEY"}-----\n` },
    { name: "PostgreSQL", text: `DATABASE_URL=postgresql://app:${word}@db-1.prod.internal:5432/app` },
    { name: "MongoDB", text: `mongoose.connect("mongodb+srv://app:${word}@cluster0.ab1cd.mongodb.net/app")` },
    { name: "Redis", text: `redis://:${word}@cache.prod.internal:6379/0` },
  ];
}

/** What looks like a secret and is none. */
export const innocentTexts: readonly string[] = [
  "const apiKey = process.env.API_KEY;",
  'const token = "a-credential-for-tests";',
  "API_TOKEN=change-me",
  "API_KEY=<your-api-key>",
  "api_key: ${{ secrets.API_KEY }}",
  'password = os.environ["DB_PASSWORD"]',
  "DATABASE_URL=postgres://postgres:postgres@localhost:5432/app",
  "redis://user:password@redis:6379",
  "postgresql://user:$PASSWORD@db.internal.net/app",
  "const id = '00000000-0000-4000-8000-000000000000';",
  'assert.equal(hash, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");',
  '"integrity": "sha512-9Ht7bZ1uCtjyLxqDz8pKfXy3dWq1w2Yt0e5r6TtYuIoPaSdFgHjKlZxCvBnMqWeRtYuIoPaSdFgHjKlZxCvBnQ=="',
  "import { tokenize } from './tokenizer.js';",
  "Authorization: Bearer <token>",
  "headers: { authorization: `Bearer ${token}` }",
  "const keyboardLayout = 'qwertzuiopasdfgh';",
  "primary key (account_id, created_at)",
  "accessKey: string; secretKey: string;",
  "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
  'test("refuses a token that has expired", async () => {});',
];

/** Texts made to be slow, about 50 KB each. */
export const hostileTexts: readonly { name: string; text: string }[] = [
  ["keywords", "api_key "],
  ["keywords without a space", "token"],
  ["curl", "curl -u "],
  ["curl with headers", "curl -H 'Authorization: "],
  ["key begins", `-----BEGIN PRIVATE ${"KEY"}-----\n`],
  ["base64 of JSON", "eyJ"],
  ["one letter", "a"],
  ["open quotes", 'secret="'],
  ["kubernetes", "kind: Secret\ndata:\n  key: "],
  ["database addresses", "postgres://a:b"],
].map(([name = "", part = ""]) => ({ name, text: part.repeat(Math.ceil(50_000 / part.length)) }));

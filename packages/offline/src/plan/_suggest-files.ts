interface Layout {
  setup: string[];
  module: (slug: string) => string[];
}

const layouts: [technology: RegExp, layout: Layout][] = [
  [
    /^(?:TypeScript|Angular|Next\.js)$/,
    {
      setup: ["package.json", "tsconfig.json", "README.md"],
      module: (slug) => [`src/${slug}.ts`, `src/${slug}.test.ts`],
    },
  ],
  [
    /^(?:Python|Django|FastAPI|Flask)$/,
    {
      setup: ["pyproject.toml", "README.md"],
      module: (slug) => [`src/${slug.replaceAll("-", "_")}.py`, `tests/test_${slug.replaceAll("-", "_")}.py`],
    },
  ],
  [
    /^Go$/,
    {
      setup: ["go.mod", "README.md"],
      module: (slug) => [`internal/${slug}/${slug}.go`, `internal/${slug}/${slug}_test.go`],
    },
  ],
  [/^Rust$/, { setup: ["Cargo.toml", "README.md"], module: (slug) => [`src/${slug.replaceAll("-", "_")}.rs`] }],
  [
    /^(?:Node\.js|JavaScript|React|Vue|Svelte|Express|Fastify)$/,
    { setup: ["package.json", "README.md"], module: (slug) => [`src/${slug}.js`, `test/${slug}.test.js`] },
  ],
];

/** Files a task is likely to make, by the language the specification names most; none where it names none. */
export function suggestFiles(technologies: readonly string[], slug: string | "setup"): string[] {
  const layout = technologies.flatMap((name) => layouts.find(([pattern]) => pattern.test(name))?.[1] ?? [])[0];
  if (!layout) return slug === "setup" ? ["README.md"] : [];
  return slug === "setup" ? layout.setup : layout.module(slug);
}

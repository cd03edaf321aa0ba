/** Makes ids of lower-case letters, digits and hyphens, each once; `taken` are in use already. */
export function createIdMaker(taken: Iterable<string>): (title: string, fallback: string) => string {
  const used = new Set(taken);
  return (title, fallback) => {
    const base = slugify(title) || fallback;
    let id = base;
    for (let number = 2; used.has(id); number++) id = `${base}-${number}`;
    used.add(id);
    return id;
  };
}

/** A title as an id of at most 48 characters; empty where it holds no Latin letter or digit. */
function slugify(title: string): string {
  return title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^(?:\d+-)*(?=[a-z])|^-+/g, "")
    .slice(0, 48)
    .replace(/^-+|-+$/g, "");
}

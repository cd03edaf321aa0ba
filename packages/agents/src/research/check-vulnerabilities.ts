import { z } from "zod";

/** A package as OSV names it. */
export interface PackageVersion {
  /** "npm", "PyPI", "crates.io", "Go", … (ecosystems of the OSV schema) */
  ecosystem: string;
  name: string;
  version: string;
}

export interface Vulnerability {
  package: PackageVersion;
  /** OSV's id, for example "GHSA-…". */
  id: string;
  aliases: string[];
  summary: string;
  /** The database's own word, or the CVSS vector; "unknown" without either. */
  severity: string;
  /** First version without it, where one is known. */
  fixedIn: string | undefined;
  url: string;
}

export type VulnerabilityReport =
  | { status: "checked"; packages: number; found: Vulnerability[] }
  /** Nothing is known: the database could not be asked. */
  | { status: "not-checked"; reason: string };

export interface CheckVulnerabilitiesOptions {
  packages: readonly PackageVersion[];
  /** Base URL of an OSV API; its public one by default. */
  url?: string;
  fetch?: typeof fetch;
  signal?: AbortSignal;
  /** Milliseconds for all of it; 20000 by default. */
  timeoutMs?: number;
}

const defaultUrl = "https://api.osv.dev";
/** OSV takes at most 1000 queries at once (https://google.github.io/osv.dev/post-v1-querybatch/). */
const batchSize = 1000;
/** Details are asked one by one; the rest is named by id. */
const mostDetails = 50;

const batchSchema = z.object({
  results: z.array(z.object({ vulns: z.array(z.object({ id: z.string() })).optional() }).nullable()),
});

/** What is read of the OSV schema (https://ossf.github.io/osv-schema/). */
const vulnerabilitySchema = z.object({
  id: z.string(),
  aliases: z.array(z.string()).optional(),
  summary: z.string().optional(),
  details: z.string().optional(),
  severity: z.array(z.object({ type: z.string(), score: z.string() })).optional(),
  affected: z
    .array(
      z.object({
        package: z.object({ name: z.string(), ecosystem: z.string() }).optional(),
        ranges: z.array(z.object({ events: z.array(z.object({ fixed: z.string().optional() })) })).optional(),
      }),
    )
    .optional(),
  database_specific: z.looseObject({ severity: z.string().optional() }).optional(),
});

/**
 * Asks the OSV database which packages have known vulnerabilities. Without the network, or with an answer that cannot be read, nothing is claimed: `not-checked` says why. Rejects
 * only with the signal's reason.
 */
export async function checkVulnerabilities(options: CheckVulnerabilitiesOptions): Promise<VulnerabilityReport> {
  const { packages, signal } = options;
  if (packages.length === 0) return { status: "checked", packages: 0, found: [] };
  const deadline = AbortSignal.timeout(options.timeoutMs ?? 20_000);
  const api = {
    url: (options.url ?? defaultUrl).replace(/\/$/, ""),
    fetch: options.fetch ?? fetch,
    signal: AbortSignal.any([deadline, ...(signal ? [signal] : [])]),
  };
  try {
    const named: { package: PackageVersion; id: string }[] = [];
    for (let at = 0; at < packages.length; at += batchSize) {
      named.push(...(await queryBatch(api, packages.slice(at, at + batchSize))));
    }
    const found: Vulnerability[] = [];
    for (const [at, entry] of named.entries()) {
      found.push(at < mostDetails ? await readVulnerability(api, entry) : renderUnread(entry));
    }
    return { status: "checked", packages: packages.length, found };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const what = deadline.aborted
      ? "it did not answer in time"
      : error instanceof Error
        ? renderCause(error)
        : String(error);
    return { status: "not-checked", reason: `The vulnerability database at ${api.url} could not be asked: ${what}.` };
  }
}

interface Api {
  url: string;
  fetch: typeof fetch;
  signal: AbortSignal;
}

async function queryBatch(api: Api, packages: readonly PackageVersion[]) {
  const queries = packages.map(({ name, ecosystem, version }) => ({ package: { name, ecosystem }, version }));
  const body = JSON.stringify({ queries });
  const headers = { "content-type": "application/json" };
  const { results } = batchSchema.parse(await ask(api, "/v1/querybatch", { method: "POST", body, headers }));
  return packages.flatMap((one, at) => (results[at]?.vulns ?? []).map(({ id }) => ({ package: one, id })));
}

async function readVulnerability(api: Api, entry: { package: PackageVersion; id: string }): Promise<Vulnerability> {
  const read = vulnerabilitySchema.parse(await ask(api, `/v1/vulns/${encodeURIComponent(entry.id)}`, {}));
  const affected = (read.affected ?? []).filter(
    (one) => one.package?.name === entry.package.name && one.package.ecosystem === entry.package.ecosystem,
  );
  const fixed = affected
    .flatMap((one) => one.ranges ?? [])
    .flatMap((range) => range.events)
    .find((event) => event.fixed !== undefined)?.fixed;
  return {
    ...renderUnread(entry),
    aliases: read.aliases ?? [],
    summary: read.summary ?? read.details?.split("\n")[0]?.slice(0, 200) ?? "",
    severity: read.database_specific?.severity ?? read.severity?.[0]?.score ?? "unknown",
    fixedIn: fixed,
  };
}

function renderUnread(entry: { package: PackageVersion; id: string }): Vulnerability {
  const url = `https://osv.dev/vulnerability/${encodeURIComponent(entry.id)}`;
  return { ...entry, aliases: [], summary: "", severity: "unknown", fixedIn: undefined, url };
}

async function ask(api: Api, path: string, request: RequestInit): Promise<unknown> {
  const response = await api.fetch(`${api.url}${path}`, { ...request, signal: api.signal });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  return response.json();
}

/** `fetch failed` says nothing; its cause does. */
function renderCause(error: Error): string {
  const { cause } = error;
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return error.name === "ZodError" ? "its answer is not what the OSV schema says" : error.message;
}

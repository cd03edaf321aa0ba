/** Text of `tests/support.js` in a generated service. */
export const testsSupportSource = `import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../src/app.js";
import { settings } from "../src/settings.js";

export const credential = "a-credential-for-tests";

/**
 * Starts the real service on a free port with a database of its own; both are gone when the test ends.
 *
 * @param {import("node:test").TestContext} test
 */
export async function startService(test) {
  const folder = await mkdtemp(join(tmpdir(), "service-test-"));
  const app = await createApp({ databaseFile: join(folder, "service.db"), credential });
  const url = await app.listen(0);
  test.after(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    url,
    app,

    /**
     * Sends a request with the credential. An object is sent as JSON, a string as it is.
     *
     * @returns {Promise<{ status: number, headers: Headers, body: any }>}
     */
    async call(method, path, body, headers = {}) {
      const sent = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
      const type = body === undefined ? {} : { "content-type": "application/json" };
      const response = await fetch(new URL(path, url), { method, headers: { ...type, ...credentialHeaders(), ...headers }, ...sent });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
    },
  };
}

function credentialHeaders() {
  if (settings.auth === null) return {};
  return { [settings.auth.header]: settings.auth.scheme === "bearer" ? \`Bearer \${credential}\` : credential };
}

/** A date some days after another, both such as "2030-01-31". */
export function addDays(date, days) {
  return new Date(Date.parse(\`\${date}T00:00:00Z\`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** A date and time some days after another, in UTC. */
export function addDaysToTime(time, days) {
  return new Date(Date.parse(time) + days * 86_400_000).toISOString();
}

/** An id that no record has. */
export const unknownId = "00000000-0000-4000-8000-000000000000";
`;

/** Text of `src/app.js` in a generated service. */
export const appSource = `import { createServer } from "node:http";
import { openDatabase } from "./data/database.js";
import { createGuard } from "./http/auth.js"; //auth
import { ApiError } from "./http/errors.js";
import { readJsonBody } from "./http/request.js";
import { answerError, sendAnswer } from "./http/respond.js";
import { createRouter } from "./http/router.js";
import { createResourceRoutes, loadFolder } from "./resource/load.js";

const shutdownGraceMs = 10_000;

/**
 * Puts the service together: the database, the resources in \`src/resources\` and the endpoints in \`src/endpoints\`.
 *
 * @param {{ databaseFile: string, credential?: string, now?: () => Date }} options
 */
export async function createApp({ databaseFile, credential = "", now = () => new Date() }) {
  const database = openDatabase(databaseFile);
  const routes = createResourceRoutes(await loadFolder("resources"), { database, now });
  for (const endpoint of await loadFolder("endpoints")) routes.push(endpoint({ database, routes }));
  const router = createRouter(routes);
  const guard = createGuard(credential); //auth

  async function answer(request) {
    const url = URL.parse(request.url ?? "/", "http://service");
    if (url === null) throw unmatched([]);
    const match = router.match(request.method ?? "GET", url.pathname);
    if (match.route === undefined) throw unmatched(match.allow);
    if (!match.route.public) guard(request); //auth
    const body = match.route.readsBody ? await readJsonBody(request) : undefined;
    return match.route.handle({ params: match.params, query: url.searchParams, body });
  }

  const server = createServer(async (request, response) => {
    sendAnswer(response, await answer(request).catch(answerError));
  });

  return {
    /**
     * @param {number} port 0 takes a free one
     * @returns {Promise<string>} the URL
     */
    listen(port) {
      return new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, () => resolve(\`http://127.0.0.1:\${server.address().port}\`));
      });
    },

    /** Finishes the requests in flight, then closes the database. */
    async close() {
      const timer = setTimeout(() => server.closeAllConnections(), shutdownGraceMs);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(timer);
      database.close();
    },
  };
}

function unmatched(allow) {
  if (allow.length === 0) return new ApiError(404, "not_found", "There is nothing at this path.");
  return new ApiError(405, "method_not_allowed", \`This path answers \${allow.join(", ")}.\`, {
    headers: { allow: allow.join(", ") },
  });
}
`;

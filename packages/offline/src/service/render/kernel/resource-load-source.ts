/** Text of `src/resource/load.js` in a generated service. */
export const resourceLoadSource = `import { readdir } from "node:fs/promises";
import { inTransaction } from "../data/database.js";
import { createStore } from "../data/store.js";
import { createActions } from "./actions.js";

const bodyActions = new Set(["create", "replace", "update"]);

/**
 * Loads every module of a folder beside this source tree, in alphabetical order. Adding a file is all it takes
 * to add a resource or an endpoint.
 *
 * @param {string} folder for example "resources"
 * @returns {Promise<any[]>} the default exports
 */
export async function loadFolder(folder) {
  const url = new URL(\`../\${folder}/\`, import.meta.url);
  const names = await readdir(url).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const modules = names.filter((name) => name.endsWith(".js")).sort();
  return Promise.all(modules.map(async (name) => (await import(new URL(name, url).href)).default));
}

/**
 * Creates the tables of the resources and the routes that serve them.
 *
 * @param {import("./definition.js").Resource[]} resources
 * @param {{ database: import("node:sqlite").DatabaseSync, now: () => Date }} options
 * @returns {import("../http/router.js").Route[]}
 */
export function createResourceRoutes(resources, { database, now }) {
  for (const resource of resources) database.exec(resource.schema);
  const stores = new Map(resources.map((resource) => [resource.name, createStore(database, resource)]));
  return resources.flatMap((resource) => {
    const actions = createActions(resource, { stores, resources, now });
    return resource.routes.map((route) => ({
      method: route.method,
      path: route.path,
      public: route.public ?? false,
      readsBody: bodyActions.has(route.action),
      about: { resource, route },
      handle: (request) => {
        const act = () => actions[route.action](route, request);
        return route.method === "GET" ? act() : inTransaction(database, act);
      },
    }));
  });
}
`;

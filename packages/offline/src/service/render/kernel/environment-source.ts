/** Text of `src/environment.js` in a generated service. */
export const environmentSource = `import { settings } from "./settings.js";

/**
 * Reads what the environment says. \`problem\` is a sentence for the operator when the service cannot start with it.
 *
 * @param {Record<string, string | undefined>} variables
 * @returns {{ port: number, databaseFile: string, credential: string, problem?: string }}
 */
export function readEnvironment(variables) {
  const { environment, defaultPort, auth } = settings;
  const port = Number(variables[environment.port] || defaultPort);
  const databaseFile = variables[environment.databaseFile] || "data/service.db";
  const credential = auth === null ? "" : (variables[auth.environment] ?? "");
  const read = { port, databaseFile, credential };
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return { ...read, problem: \`\${environment.port} must be a port number from 0 to 65535.\` };
  }
  if (auth !== null && credential === "") {
    return { ...read, problem: \`Set \${auth.environment} to the credential that clients must send, then start again.\` };
  }
  return read;
}
`;

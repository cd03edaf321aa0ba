/** What a model server is shown, and where each of it came from. */
export interface Credentials {
  apiKey: string | undefined;
  authToken: string | undefined;
  keyFrom: { apiKey?: string; authToken?: string };
}

const keyVariables = ["CLAUDE_CODE_BUILDER_ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY"];
const tokenVariables = ["ANTHROPIC_AUTH_TOKEN"];

/** The key and the token in the environment; the first variable that holds something counts. */
export function readCredentials(environment: Readonly<Record<string, string>>): Credentials {
  const key = findFirst(environment, keyVariables);
  const token = findFirst(environment, tokenVariables);
  return {
    apiKey: key?.value,
    authToken: token?.value,
    keyFrom: { ...(key && { apiKey: key.from }), ...(token && { authToken: token.from }) },
  };
}

function findFirst(
  environment: Readonly<Record<string, string>>,
  names: readonly string[],
): { value: string; from: string } | undefined {
  for (const name of names) {
    const value = environment[name]?.trim() ?? "";
    if (value !== "") return { value, from: `environment variable ${name}` };
  }
  return undefined;
}

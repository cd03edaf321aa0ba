import { CcbError } from "@ccb/core/errors";
import type { GatewayRoute } from "@ccb/gateway";

/** "kimi-*,moonshot-*=https://api.moonshot.ai/anthropic@MOONSHOT_API_KEY": models, server, and the variable that holds its key. CcbError `usage`, or `no-credentials` where the variable is not set. */
export function readRoute(text: string, environment: Record<string, string>): GatewayRoute {
  const [, models = "", baseUrl = "", variable] = /^([^=]+)=(https?:\/\/[^@]+)(?:@([A-Za-z_]\w*))?$/.exec(text) ?? [];
  if (baseUrl === "" || !URL.canParse(baseUrl)) {
    throw new CcbError({
      code: "usage",
      message: `--route must be MODELS=URL or MODELS=URL@VARIABLE; received ${JSON.stringify(text)}.`,
      hint: "For example: --route 'kimi-*=https://api.moonshot.ai/anthropic@MOONSHOT_API_KEY'",
    });
  }
  const apiKey = variable === undefined ? undefined : environment[variable]?.trim() || undefined;
  if (variable !== undefined && apiKey === undefined) {
    throw new CcbError({
      code: "no-credentials",
      message: `--route names the environment variable ${variable} for the key of ${baseUrl}, and it is not set.`,
      hint: `export ${variable}=…`,
    });
  }
  const keyFrom = variable === undefined ? {} : { keyFrom: { apiKey: `environment variable ${variable}` } };
  return { models: models.split(",").map((model) => model.trim()), upstream: { baseUrl, apiKey, ...keyFrom } };
}

/** Text of `src/endpoints/openapi.js` in a generated service. */
export const endpointsOpenapiSource = `import { describeApi } from "../openapi/describe-api.js";
import { settings } from "../settings.js";

/** \`GET /openapi.json\`: the description of this API, made from the same definitions the server runs on. */
export default function openApiEndpoint({ routes }) {
  return {
    method: "GET",
    path: settings.openApiPath,
    public: true,
    about: { summary: "The description of this API", schema: { type: "object" } },
    handle: () => ({ status: 200, body: describeApi(routes) }),
  };
}
`;

/** Text of `src/endpoints/health.js` in a generated service. */
export const endpointsHealthSource = `import { settings } from "../settings.js";

/** \`GET /health\`: answers as long as the service can read its database. */
export default function healthEndpoint({ database }) {
  const probe = database.prepare("SELECT 1");
  return {
    method: "GET",
    path: settings.healthPath,
    public: true,
    about: { summary: "Tells whether the service works", schema: { type: "object", properties: { status: { const: "ok" } } } },
    handle: () => {
      probe.get();
      return { status: 200, body: { status: "ok" } };
    },
  };
}
`;

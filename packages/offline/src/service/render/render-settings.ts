import type { ServiceModel } from "../service-model.ts";
import { renderValue } from "./_source-text.ts";

/** `src/settings.js`: what the spec fixes for the whole service. */
export function renderSettings(model: ServiceModel): string {
  const { pagination, auth } = model;
  const settings = {
    name: model.name,
    title: model.title,
    version: "1.0.0",
    defaultPort: model.defaultPort,
    environment: model.environment,
    bodyLimitBytes: model.bodyLimitBytes,
    healthPath: model.healthPath,
    openApiPath: model.openApiPath,
    rejectUnknownFields: model.rejectUnknownFields,
    status: { validation: model.status.validation, transition: model.status.transition, unique: model.status.unique },
    errorCodes: model.errorCodes,
    auth: auth === null ? null : { scheme: auth.scheme, header: auth.header, environment: auth.environment },
    pagination,
    sort: model.sort,
    searchParam: model.searchParam,
  };
  return `/** What the specification fixes for the whole service. */
export const settings = ${renderValue(settings)};
`;
}

/** `package.json` of the generated service. `exec` lets a signal sent to `npm start` reach the service: npm tells only its shell. */
export function renderPackageJson(model: ServiceModel): string {
  const manifest = {
    name: model.name,
    version: "1.0.0",
    private: true,
    description: `The ${model.title} service: REST over node:http and node:sqlite.`,
    type: "module",
    engines: { node: ">=24" },
    scripts: {
      start: "exec node --disable-warning=ExperimentalWarning src/server.js",
      test: 'node --disable-warning=ExperimentalWarning --test "tests/*.test.js"',
    },
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

import { appSource } from "./app-source.ts";
import { dataDatabaseSource } from "./data-database-source.ts";
import { dataRowsSource } from "./data-rows-source.ts";
import { dataStoreSource } from "./data-store-source.ts";
import { endpointsHealthSource } from "./endpoints-health-source.ts";
import { endpointsOpenapiSource } from "./endpoints-openapi-source.ts";
import { environmentSource } from "./environment-source.ts";
import { httpAuthSource } from "./http-auth-source.ts";
import { httpErrorsSource } from "./http-errors-source.ts";
import { httpRequestSource } from "./http-request-source.ts";
import { httpRespondSource } from "./http-respond-source.ts";
import { httpRouterSource } from "./http-router-source.ts";
import { openapiDescribeApiSource } from "./openapi-describe-api-source.ts";
import { openapiParametersSource } from "./openapi-parameters-source.ts";
import { openapiSchemasSource } from "./openapi-schemas-source.ts";
import { resourceActionsSource } from "./resource-actions-source.ts";
import { resourceCheckValueSource } from "./resource-check-value-source.ts";
import { resourceDefinitionSource } from "./resource-definition-source.ts";
import { resourceListQuerySource } from "./resource-list-query-source.ts";
import { resourceLoadSource } from "./resource-load-source.ts";
import { resourceStatesSource } from "./resource-states-source.ts";
import { resourceValidateSource } from "./resource-validate-source.ts";
import { serverSource } from "./server-source.ts";
import { testsFoundationTestSource } from "./tests-foundation-test-source.ts";
import { testsHardeningTestSource } from "./tests-hardening-test-source.ts";
import { testsOpenapiTestSource } from "./tests-openapi-test-source.ts";
import { testsProcessTestSource } from "./tests-process-test-source.ts";
import { testsSupportSource } from "./tests-support-source.ts";

/** The files that are the same in every generated service, by path. Lines that end in `//auth` belong to services with a credential. */
export const kernelFiles: Readonly<Record<string, string>> = {
  "src/app.js": appSource,
  "src/data/database.js": dataDatabaseSource,
  "src/data/rows.js": dataRowsSource,
  "src/data/store.js": dataStoreSource,
  "src/endpoints/health.js": endpointsHealthSource,
  "src/endpoints/openapi.js": endpointsOpenapiSource,
  "src/environment.js": environmentSource,
  "src/http/auth.js": httpAuthSource,
  "src/http/errors.js": httpErrorsSource,
  "src/http/request.js": httpRequestSource,
  "src/http/respond.js": httpRespondSource,
  "src/http/router.js": httpRouterSource,
  "src/openapi/describe-api.js": openapiDescribeApiSource,
  "src/openapi/parameters.js": openapiParametersSource,
  "src/openapi/schemas.js": openapiSchemasSource,
  "src/resource/actions.js": resourceActionsSource,
  "src/resource/check-value.js": resourceCheckValueSource,
  "src/resource/definition.js": resourceDefinitionSource,
  "src/resource/list-query.js": resourceListQuerySource,
  "src/resource/load.js": resourceLoadSource,
  "src/resource/states.js": resourceStatesSource,
  "src/resource/validate.js": resourceValidateSource,
  "src/server.js": serverSource,
  "tests/foundation.test.js": testsFoundationTestSource,
  "tests/hardening.test.js": testsHardeningTestSource,
  "tests/openapi.test.js": testsOpenapiTestSource,
  "tests/process.test.js": testsProcessTestSource,
  "tests/support.js": testsSupportSource,
};

/** `@ccb/mcp/server`: CCB as an MCP server, over a port that the frontend fills; apart, since clients need none of it. */
export type {
  CcbServices,
  ServedDocument,
  ServiceContext,
  ServiceInput,
  ServiceOutput,
} from "./ccb-services.ts";
export { type CcbServerOptions, createCcbServer, renderNextTask } from "./create-ccb-server.ts";
export { type HttpServing, type ServeHttpOptions, serveHttp } from "./serve-http.ts";
export { type ServeStdioOptions, serveStdio } from "./serve-stdio.ts";

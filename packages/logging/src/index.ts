export { type ApiCallLogOptions, createApiCallLog } from "./create-api-call-log.ts";
export {
  type CodeIndexEntry,
  createGeneratedCodeLog,
  type GeneratedCodeLog,
  type GeneratedCodeLogOptions,
  type GeneratedFile,
} from "./create-generated-code-log.ts";
export { createLogFiles, type LogFiles, type LogFilesOptions } from "./create-log-files.ts";
export type { LogRecord } from "./log-record.ts";
export { createRedactor } from "./redact/create-redactor.ts";

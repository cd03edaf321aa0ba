export type { AuditEntry } from "./audit/_audit-record.ts";
export { type AuditedFile, type AuditLog, type AuditLogOptions, createAuditLog } from "./audit/create-audit-log.ts";
export { type AuditVerdict, verifyAuditLog } from "./audit/verify-audit-log.ts";
export { type ApiCallLogOptions, createApiCallLog, type FileCallLog, type WrittenCall } from "./create-api-call-log.ts";
export {
  type CodeIndexEntry,
  createGeneratedCodeLog,
  type GeneratedCodeLog,
  type GeneratedCodeLogOptions,
  type GeneratedFile,
} from "./create-generated-code-log.ts";
export { createLogFiles, type LogFiles, type LogFilesOptions, type OutputStream } from "./create-log-files.ts";
export type { LogRotation } from "./files/_rotation.ts";
export { createJsonLinesLog, type JsonLinesLog, type JsonLinesLogOptions } from "./files/create-json-lines-log.ts";
export type { LogRecord } from "./log-record.ts";
export type { LogFilter } from "./read/log-filter.ts";
export { type ListedCall, listApiCalls, readApiCall } from "./read/read-api-calls.ts";
export { followLogRecords, type ReadLogOptions, readLogRecords } from "./read/read-log-records.ts";
export { createRedactor } from "./redact/create-redactor.ts";
export { createStreamRedactor, type StreamRedactor } from "./redact/create-stream-redactor.ts";

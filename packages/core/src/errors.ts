/** `@ccb/core/errors`: the error class alone, without the schemas and zod. */
export { CcbError, type CcbErrorCode, type CcbErrorOptions } from "./ccb-error.ts";

/** Text of `src/http/errors.js` in a generated service. */
export const httpErrorsSource = `/**
 * An error the client is told about. Anything else that is thrown becomes a plain 500 without details.
 */
export class ApiError extends Error {
  /**
   * @param {number} status HTTP status code
   * @param {string} code short machine-readable name
   * @param {string} message one sentence for people
   * @param {{ fields?: { field: string, message: string }[], headers?: Record<string, string> }} [details]
   */
  constructor(status, code, message, details = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = details.fields ?? [];
    this.headers = details.headers ?? {};
  }
}

/** @param {string} what for example "task" */
export function notFound(what) {
  return new ApiError(404, "not_found", \`The \${what} was not found.\`);
}

/**
 * @param {string} message
 * @param {string} [code]
 */
export function conflict(message, code = "conflict") {
  return new ApiError(409, code, message);
}
`;

/** Text of `src/resource/validate.js` in a generated service. */
export const resourceValidateSource = `import { ApiError } from "../http/errors.js";
import { settings } from "../settings.js";
import { checkValue } from "./check-value.js";

/**
 * @typedef {object} ValidateOptions
 * @property {"create" | "replace" | "update"} mode
 * @property {(resourceName: string, id: unknown) => boolean} exists tells whether a referenced record is there
 * @property {Record<string, unknown>} [current] the stored item, when there is one
 * @property {Date} now
 */

/**
 * Checks a body against the definition and returns the values to store. All problems are reported together.
 *
 * @param {import("./definition.js").Resource} resource
 * @param {unknown} body
 * @param {ValidateOptions} options
 * @returns {Record<string, unknown>}
 */
export function validateBody(resource, body, options) {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw invalid([{ field: "", message: "must be a JSON object" }]);
  }
  const problems = settings.rejectUnknownFields ? unknownFields(resource, body) : [];
  const values = {};
  for (const [name, field] of Object.entries(resource.fields)) {
    if (field.readOnly || (field.writeOnce && options.mode !== "create")) continue;
    const value = chooseValue(resource, name, { body, options });
    if (value === undefined) continue;
    const problem = checkField(field, value, options);
    if (problem === undefined) values[name] = value;
    else problems.push({ field: name, message: problem });
  }
  problems.push(...checkComparisons(resource, { ...options.current, ...values }, problems));
  if (problems.length > 0) throw invalid(problems);
  return values;
}

/**
 * @param {{ field: string, message: string }[]} fields
 */
export function invalid(fields) {
  const summary = fields.map(({ field, message }) => \`\${field || "body"} \${message}\`).join("; ");
  return new ApiError(settings.status.validation, "validation_error", \`The request is not valid: \${summary}.\`, { fields });
}

function chooseValue(resource, name, { body, options }) {
  const field = resource.fields[name];
  if (Object.hasOwn(body, name)) return body[name];
  if (options.mode === "update") return undefined;
  if (options.mode === "replace" && name === resource.states?.field) return undefined;
  if (field.automatic === "now") return field.type === "date" ? options.now.toISOString().slice(0, 10) : options.now.toISOString();
  return field.default ?? null;
}

function checkField(field, value, options) {
  if (value === null) return field.required ? "is required" : undefined;
  const problem = checkValue(field, value, options.now);
  if (problem !== undefined) return problem;
  if (field.references !== undefined && !options.exists(field.references, value)) return "refers to a record that does not exist";
  return undefined;
}

function unknownFields(resource, body) {
  const unknown = Object.keys(body).filter((name) => !Object.hasOwn(resource.fields, name));
  return unknown.map((field) => ({ field, message: "is not a known field" }));
}

const comparisonTests = {
  after: { holds: (order) => order > 0, words: "must be after" },
  above: { holds: (order) => order > 0, words: "must be greater than" },
  notBefore: { holds: (order) => order >= 0, words: "must not be before" },
  atLeast: { holds: (order) => order >= 0, words: "must be at least" },
};

function checkComparisons(resource, item, problems) {
  const wrong = new Set(problems.map((problem) => problem.field));
  const found = [];
  for (const { field, test, other } of resource.comparisons ?? []) {
    const left = comparable(item[field]);
    const right = comparable(item[other]);
    if (left === undefined || right === undefined || wrong.has(field) || wrong.has(other)) continue;
    if (!comparisonTests[test].holds(left - right)) {
      found.push({ field, message: \`\${comparisonTests[test].words} \${other}\` });
    }
  }
  return found;
}

function comparable(value) {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const time = Date.parse(/^\\d{2}:\\d{2}/.test(value) ? \`1970-01-01T\${value}Z\` : value);
  return Number.isNaN(time) ? undefined : time;
}
`;

/** Text of `src/resource/check-value.js` in a generated service. */
export const resourceCheckValueSource = `const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const emailPattern = /^[^\\s@]+@[^\\s@.]+(\\.[^\\s@.]+)+$/;
const datePattern = /^\\d{4}-\\d{2}-\\d{2}$/;
const timePattern = /^([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?$/;
const datetimePattern = /^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:\\d{2})$/;

/**
 * What is wrong with a value, in words that follow the field name; undefined when nothing is.
 *
 * @param {import("./definition.js").Field} field
 * @param {unknown} value
 * @param {Date} now
 * @returns {string | undefined}
 */
export function checkValue(field, value, now) {
  return typeChecks[field.type](value, field) ?? checkLimits(field, value) ?? checkTime(field, value, now);
}

const typeChecks = {
  string: (value) => (typeof value === "string" ? undefined : "must be a string"),
  text: (value) => (typeof value === "string" ? undefined : "must be a string"),
  integer: (value) => (Number.isSafeInteger(value) ? undefined : "must be an integer"),
  number: (value) => (Number.isFinite(value) ? undefined : "must be a number"),
  boolean: (value) => (typeof value === "boolean" ? undefined : "must be true or false"),
  date: (value) => (isDate(value) ? undefined : "must be a date such as 2026-01-31"),
  datetime: (value) => (isDatetime(value) ? undefined : "must be a date and time with offset such as 2026-01-31T09:30:00Z"),
  time: (value) => (matches(timePattern, value) ? undefined : "must be a time such as 09:30"),
  uuid: (value) => (matches(uuidPattern, value) ? undefined : "must be a UUID"),
  email: (value) => (matches(emailPattern, value) ? undefined : "must be an e-mail address"),
  url: (value) => (isWebAddress(value) ? undefined : "must be an http or https URL"),
  enum: (value, field) => (field.values.includes(value) ? undefined : \`must be one of \${field.values.join(", ")}\`),
  strings: (value) =>
    Array.isArray(value) && value.every((item) => typeof item === "string") ? undefined : "must be a list of strings",
  json: () => undefined,
};

function checkLimits(field, value) {
  if (typeof value === "number") {
    if (field.min !== undefined && value < field.min) return \`must be at least \${field.min}\`;
    if (field.max !== undefined && value > field.max) return \`must be at most \${field.max}\`;
    if (field.above !== undefined && value <= field.above) return \`must be greater than \${field.above}\`;
    if (field.below !== undefined && value >= field.below) return \`must be less than \${field.below}\`;
    return undefined;
  }
  const unit = Array.isArray(value) ? "items" : "characters";
  const length = Array.isArray(value) ? value.length : typeof value === "string" ? [...value].length : undefined;
  if (length === undefined) return undefined;
  if (field.minLength !== undefined && length < field.minLength) return \`must have at least \${field.minLength} \${unit}\`;
  if (field.maxLength !== undefined && length > field.maxLength) return \`must have at most \${field.maxLength} \${unit}\`;
  if (field.pattern !== undefined && !field.pattern.test(value)) return \`must match \${field.pattern.source}\`;
  return undefined;
}

function checkTime(field, value, now) {
  if (field.when === undefined) return undefined;
  const today = now.toISOString().slice(0, 10);
  const order = field.type === "date" ? value.localeCompare(today) : Date.parse(value) - now.getTime();
  if (field.when === "past" && order >= 0) return "must be in the past";
  if (field.when === "future" && order <= 0) return "must be in the future";
  if (field.when === "notPast" && order < 0) return "must not be in the past";
  if (field.when === "notFuture" && order > 0) return "must not be in the future";
  return undefined;
}

function matches(pattern, value) {
  return typeof value === "string" && pattern.test(value);
}

function isDate(value) {
  if (!matches(datePattern, value)) return false;
  const time = Date.parse(\`\${value}T00:00:00Z\`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

function isDatetime(value) {
  return matches(datetimePattern, value) && isDate(value.slice(0, 10)) && !Number.isNaN(Date.parse(value));
}

function isWebAddress(value) {
  return typeof value === "string" && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
`;

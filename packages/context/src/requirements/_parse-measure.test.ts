import { expect, test } from "vitest";
import { parseMeasure } from "./_parse-measure.ts";

test.each([
  ["must answer within 200 ms", "<= 200 ms"],
  ["at most 5 attempts are allowed", "<= 5 attempts"],
  ["passwords of at least 12 characters", ">= 12 characters"],
  ["must not upload more than 10 files per day", "<= 10 files"],
  ["shall not exceed 4 hours a month", "<= 4 hours"],
  ["API response time under 200ms", "< 200 ms"],
  ["Maximum message size: 4 KB", "<= 4 kb"],
  ["Support 10,000 concurrent users", ">= 10000 concurrent users"],
  ["99.9% uptime", ">= 99.9 %"],
  ["name of 1-200 characters", "<= 200 characters"],
  ["a reservation older than 7 days", "> 7 days"],
  ["memory stays below 50 MB", "< 50 mb"],
  ["results in 2 places", ""],
  ["uses HTTP/1.1 and TLS 1.2", ""],
])("%s: %s", (text, expected) => {
  const measure = parseMeasure(text);
  expect(measure ? `${measure.comparator} ${measure.value} ${measure.unit}` : "").toBe(expected);
});

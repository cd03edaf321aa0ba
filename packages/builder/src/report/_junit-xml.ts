/** One case of a suite. */
export interface JUnitCase {
  name: string;
  className: string;
  durationMs: number;
  result:
    | { outcome: "passed" }
    | { outcome: "skipped"; message: string }
    | { outcome: "failed"; message: string; type: string; text: string };
}

export interface JUnitSuite {
  name: string;
  package: string;
  id: number;
  /** ISO 8601. */
  at: string;
  properties: Record<string, string | undefined>;
  cases: JUnitCase[];
}

/** A suite as JUnit XML, for the strictest schema in use (Ant's, by Windy Road): members in its order, times without zone. Pure. */
export function renderJUnitSuite(suite: JUnitSuite): string {
  const { cases } = suite;
  const count = (outcome: JUnitCase["result"]["outcome"]) =>
    String(cases.filter(({ result }) => result.outcome === outcome).length);
  const attributes = {
    name: suite.name,
    package: suite.package,
    id: String(suite.id),
    timestamp: suite.at.slice(0, 19),
    hostname: "localhost",
    tests: String(cases.length),
    failures: count("failed"),
    errors: "0",
    skipped: count("skipped"),
    time: (cases.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000).toFixed(3),
  };
  const properties = Object.entries(suite.properties)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `      <property name="${name}" value="${escapeXml(value ?? "")}"/>\n`);
  return [
    `  <testsuite ${renderAttributes(attributes)}>\n`,
    `    <properties>\n${properties.join("")}    </properties>\n`,
    ...cases.map(renderCase),
    "    <system-out></system-out>\n    <system-err></system-err>\n  </testsuite>\n",
  ].join("");
}

function renderCase({ name, className, durationMs, result }: JUnitCase): string {
  const attributes = { name, classname: className, time: (durationMs / 1000).toFixed(3) };
  const head = `    <testcase ${renderAttributes(attributes)}`;
  if (result.outcome === "passed") return `${head}/>\n`;
  const message = escapeXml(result.message);
  if (result.outcome === "skipped") return `${head}><skipped message="${message}"/></testcase>\n`;
  const failure = `<failure message="${message}" type="${escapeXml(result.type)}">${escapeXml(result.text)}</failure>`;
  return `${head}>${failure}</testcase>\n`;
}

/** Names and the like are tokens: no line ends, no spaces at the ends or in a row. */
function renderAttributes(attributes: Record<string, string>): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}="${escapeXml(value.replaceAll(/\s+/g, " ").trim())}"`)
    .join(" ");
}

/** Text for XML; characters that XML cannot hold in any form become a replacement character. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

import { environmentTable } from "./_describe-service.ts";
import { blocks, code, list, section, table } from "./_markdown.ts";
import type { DocumentFacts } from "./read-facts.ts";

export function writeDeployment(facts: DocumentFacts): string {
  const { service, scripts } = facts;
  if (!service) {
    const commands = Object.entries(scripts).map(([name, script]) => [`\`npm run ${name}\``, `\`${script}\``]);
    return blocks([
      `# Deployment of ${facts.name}`,
      section("What the files name", [
        table(["Command", "Runs"], commands),
        commands.length === 0 ? "The files name no command to install or start the product." : "",
      ]),
      section("Technologies", [list(facts.analysis?.technologies ?? [])]),
    ]);
  }
  const { port, databaseFile } = service.environment;
  const secret = service.auth ? `${service.auth.environment}=... ` : "";
  return blocks([
    `# Deployment of ${facts.name}`,
    section("The machine", [
      "Node.js 24 or later. No package is installed, no compiler is needed, no network is used beyond the port it listens on.",
    ]),
    section("Environment", [environmentTable(service, facts.databaseDefault)]),
    section("Starting and stopping", [
      code("sh", `${secret}${port}=${service.defaultPort} ${databaseFile}=/var/lib/service/data.db npm start`),
      "On SIGTERM or SIGINT it takes no new requests, answers the open ones, closes the database and ends with exit code 0.",
    ]),
    section("Health", [
      `\`GET ${service.healthPath}\` answers 200 while the service can work; it needs no credential.`,
    ]),
    section("Data", [
      `All data is in the SQLite file that \`${databaseFile}\` names, with its \`-wal\` and \`-shm\` companions while the service runs.`,
      'Back up: stop the service and copy the file, or run `sqlite3 FILE ".backup COPY"` beside it. Restore: stop, put the copy in its place, start.',
    ]),
    section("Behind a proxy", [
      "The service speaks plain HTTP. Let a reverse proxy end TLS and forward to the port; it must pass on the credential's header unchanged.",
    ]),
    section("In a container", [
      code(
        "dockerfile",
        [
          "FROM node:24-slim",
          "WORKDIR /service",
          "COPY . .",
          `ENV ${port}=${service.defaultPort} ${databaseFile}=/data/data.db`,
          "VOLUME /data",
          "USER node",
          'CMD ["npm", "start"]',
        ].join("\n"),
      ),
      "This file is a suggestion; the project does not hold it and nobody has tested it.",
    ]),
    section("Updating", [
      "Stop, back up the database file, replace the project's files, start, look at the health path.",
    ]),
  ]);
}

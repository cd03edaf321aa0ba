import { resolve } from "node:path";
import { checkPackages } from "@ccb/builder/served";
import { exitCodes } from "../exit-codes.ts";
import { createPainter } from "../render/_painter.ts";
import { formatPlural } from "../render/format.ts";
import type { Terminal } from "../terminal.ts";

export interface VulnerabilitiesFlags {
  osvUrl?: string;
  json?: boolean;
}

/** `ccb vulnerabilities`: known vulnerabilities of a project's locked packages. Exit code 5 where there are any, 1 where the database could not be asked. */
export async function runVulnerabilities(call: {
  directory: string | undefined;
  flags: VulnerabilitiesFlags;
  terminal: Terminal;
}): Promise<number> {
  const { flags, terminal } = call;
  const directory = resolve(terminal.cwd, call.directory ?? ".");
  const osvUrl = flags.osvUrl ?? terminal.environment.CCB_OSV_URL;
  const report = await checkPackages({ directory, ...(osvUrl ? { osvUrl } : {}) });
  const { stdout } = terminal;
  if (flags.json) stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (report.status === "not-checked") {
    terminal.stderr.write(`Nothing was checked. ${report.reason}\n`);
    return exitCodes.failed;
  }
  if (!flags.json) {
    const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
    for (const { package: of, id, aliases, summary, severity, fixedIn, url } of report.found) {
      const names = [id, ...aliases].join(", ");
      const fixed = fixedIn === undefined ? "no fix is known" : `fixed in ${fixedIn}`;
      stdout.write(
        `${paint.bad(`${of.name} ${of.version}`)}: ${summary || names} (${severity}, ${fixed})\n  ${paint.dim(`${names} ${url}`)}\n`,
      );
    }
    stdout.write(
      report.packages === 0
        ? "No lock file names a package here (package-lock.json, requirements.txt).\n"
        : `${formatPlural(report.packages, "package")} checked, ${report.found.length === 1 ? "1 vulnerability" : `${report.found.length} vulnerabilities`} known\n`,
    );
  }
  return report.found.length > 0 ? exitCodes.acceptanceFailed : exitCodes.done;
}

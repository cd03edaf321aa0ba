import { CcbError } from "@ccb/core";
import type { SourceTree } from "../gate/gate-finding.ts";
import { sendRequest } from "../process/_send-request.ts";
import { type RunningService, startService } from "../process/start-service.ts";
import { readManifest } from "./_manifest.ts";
import type { LazyCopy } from "./_project-copy.ts";
import { planReadmeCommands } from "./plan-readme-commands.ts";
import { type ProductionFinding, tailOf } from "./production-report.ts";

const healthPaths = ["/health", "/healthz", "/api/health", "/api/v1/health", "/ready", "/status"];
const defaultStopGraceMs = 10_000;
const readyTimeoutMs = 30_000;

export interface ServiceCheck {
  status: "passed" | "failed" | "not-run";
  why: string;
  findings: ProductionFinding[];
  commands: string[];
}

/** The command that starts the project's service: what its README says, else the script "start" of its manifest. Pure. */
function findStartCommand(files: SourceTree): string | undefined {
  const written = planReadmeCommands(files).find(({ kind }) => kind === "server");
  if (written !== undefined) return written.command;
  return readManifest(files).scripts.start === undefined ? undefined : "npm start";
}

/** A health path that the project itself names, then the usual ones. Pure. */
function listHealthPaths(files: SourceTree): string[] {
  const texts = Object.entries(files).filter(
    ([path]) => /\.(?:[cm]?[jt]s|py|md|ya?ml|json)$/.test(path) && !path.startsWith("artifacts/"),
  );
  const named = healthPaths.filter((health) =>
    texts.some(
      ([, text]) => text.includes(`"${health}"`) || text.includes(`'${health}'`) || text.includes(`\`${health}\``),
    ),
  );
  return [...new Set([...named, ...healthPaths])];
}

/** Starts the service on a port of its own, asks for its health, starts it a second time on the same data, and ends it with SIGTERM each time. */
export async function checkService(options: {
  copy: LazyCopy;
  files: SourceTree;
  signal?: AbortSignal | undefined;
  /** Milliseconds that the service has to end after SIGTERM; default 10,000. */
  stopGraceMs?: number | undefined;
}): Promise<ServiceCheck> {
  const { copy, files, signal, stopGraceMs = defaultStopGraceMs } = options;
  const command = findStartCommand(files);
  if (command === undefined)
    return {
      status: "not-run",
      why: "neither README nor manifest says how a service starts",
      findings: [],
      commands: [],
    };
  const { cwd, home } = await copy.get();
  const findings: ProductionFinding[] = [];
  for (const round of ["start", "second start on the same data"]) {
    try {
      const service = await startService({
        service: { command, readyPath: "/", readyTimeoutMs },
        cwd,
        env: { HOME: home },
        signal,
        stopGraceMs,
      });
      findings.push(...(await lookAt(service, { files, round, stopGraceMs })));
    } catch (error) {
      if (!CcbError.isInstance(error)) throw error;
      findings.push({
        area: "service",
        reason: `${round}: ${error.message.slice(0, 400)}`,
        output: tailOf(String(error.details.output ?? "")),
      });
    }
    if (findings.length > 0) break;
  }
  const why = findings.length === 0 ? "started twice, healthy, ended by SIGTERM" : "see the findings";
  return { status: findings.length === 0 ? "passed" : "failed", why, findings, commands: [command] };
}

async function lookAt(
  service: RunningService,
  { files, round, stopGraceMs }: { files: SourceTree; round: string; stopGraceMs: number },
): Promise<ProductionFinding[]> {
  const findings: ProductionFinding[] = [];
  const health = await askForHealth(service, listHealthPaths(files));
  if (health !== undefined)
    findings.push({ area: "service", reason: `${round}: ${health}`, output: tailOf(service.output()) });
  const started = performance.now();
  const { killed, portFree } = await service.stop();
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  if (killed)
    findings.push({
      area: "service",
      reason: `${round}: it did not end within ${stopGraceMs / 1_000} s of SIGTERM and was killed`,
      output: tailOf(service.output()),
    });
  else if (!portFree)
    findings.push({
      area: "service",
      reason: `${round}: ${seconds} s after SIGTERM something still listens on its port`,
    });
  return findings;
}

/** Undefined where one of the paths answers with a success. */
async function askForHealth({ host, port }: RunningService, paths: readonly string[]): Promise<string | undefined> {
  const seen: string[] = [];
  for (const path of paths) {
    const answer = await sendRequest({ host, port, method: "GET", path, timeoutMs: 5_000 });
    if ("failure" in answer) return `${path} gave no answer: ${answer.failure}`;
    if (answer.status >= 200 && answer.status < 300) return undefined;
    if (answer.status >= 500) return `${path} answers ${answer.status}`;
    seen.push(`${path} ${answer.status}`);
  }
  return `no health endpoint answers with a success (${seen.join(", ")})`;
}

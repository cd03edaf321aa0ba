import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CcbError, type EnvironmentService, type TestEnvironment } from "@ccb/core";
import { startCommandService } from "./_start-command-service.ts";
import { startPostgres } from "./_start-postgres.ts";
import { startRedis } from "./_start-redis.ts";

export interface StartEnvironmentOptions {
  environment: TestEnvironment;
  /** The project: services of kind "command" run here, and seed files lie here. */
  directory: string;
  signal?: AbortSignal | undefined;
}

/** A service that is up and has its data. */
export interface StartedService {
  name: string;
  port: number;
  /** What the product and its checks find it by. */
  variables: Record<string, string>;
  /** The last 16 KiB of what it printed. */
  output(): string;
  stop(): Promise<void>;
}

export interface RunningEnvironment extends AsyncDisposable {
  /** For `env` of checks and services. */
  variables: Record<string, string>;
  services: Pick<StartedService, "name" | "port" | "output">[];
  /** Ends the services, the last one first, and removes their folders. */
  stop(): Promise<void>;
}

/** What a service is started with. */
export interface ServiceSetup {
  /** An empty folder of its own, removed with the environment. */
  folder: string;
  directory: string;
  /** Variables of the services before it. */
  variables: Record<string, string>;
  signal: AbortSignal | undefined;
}

/**
 * Starts the services one after the other, each on a free port with a folder of its own, waits until each is ready, and puts its data in. Rejects with a CcbError (`io-failed`) that names the
 * service when one does not come up, with the signal's reason when aborted; what was up by then is ended.
 */
export async function startEnvironment(options: StartEnvironmentOptions): Promise<RunningEnvironment> {
  const { environment, directory, signal } = options;
  const root = await mkdtemp(join(tmpdir(), "ccb-environment-"));
  const started: StartedService[] = [];
  const variables: Record<string, string> = { ...environment.variables };
  const stop = async () => {
    for (const service of started.splice(0).reverse()) await service.stop();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    for (const [index, service] of environment.services.entries()) {
      signal?.throwIfAborted();
      const folder = join(root, String(index));
      const up = await startOne(service, { folder, directory, variables, signal });
      started.push(up);
      Object.assign(variables, up.variables);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const services = started.map(({ name, port, output }) => ({ name, port, output }));
  return { variables, services, stop, [Symbol.asyncDispose]: stop };
}

async function startOne(service: EnvironmentService, setup: ServiceSetup): Promise<StartedService> {
  const name = service.name ?? service.use;
  try {
    switch (service.use) {
      case "postgres":
        return await startPostgres({ ...service, name }, setup);
      case "redis":
        return await startRedis({ ...service, name }, setup);
      case "command":
        return await startCommandService(service, setup);
    }
  } catch (error) {
    setup.signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    const { hint, details } = CcbError.isInstance(error) ? error : { hint: undefined, details: {} };
    throw new CcbError({
      code: "io-failed",
      message: `The service "${name}" of the test environment did not come up: ${reason}`,
      ...(hint === undefined ? {} : { hint }),
      details,
      cause: error,
    });
  }
}

const known: [pattern: RegExp, service: EnvironmentService][] = [
  [/postgres/i, { use: "postgres" }],
  [/\bredis\b|\bvalkey\b/i, { use: "redis" }],
];

/** The services that a list of technologies names, such as an analysis has. Pure. */
export function planEnvironment(technologies: readonly string[]): TestEnvironment {
  const services = known
    .filter(([pattern]) => technologies.some((name) => pattern.test(name)))
    .map(([, service]) => service);
  return { services };
}

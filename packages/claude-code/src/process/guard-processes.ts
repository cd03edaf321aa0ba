import { startSessionGuard } from "./guard-session.ts";

export interface GuardProcessesOptions {
  /** A whole `NAME=value` that everything to be ended carries in its environment; the value has to be like no other (a UUID). */
  mark: string;
  /** PATH to find `sh`, `grep` and `sleep` on. */
  path: string;
  /** Told when the guard could not be started; what runs is then unguarded. */
  onError?: (error: Error) => void;
}

export interface ProcessGuard {
  /** The guard goes without ending anything; call it once everything marked has ended. */
  release(): void;
}

/**
 * Starts one guard process that, when this process dies in whatever way (kill -9 too), kills every process whose environment carries the mark, wherever it has moved
 * itself. On Linux; elsewhere environments of others cannot be read, and the guard ends nothing.
 */
export function guardProcesses(options: GuardProcessesOptions): ProcessGuard {
  const { mark, path, onError = () => undefined } = options;
  const guard = startSessionGuard({ mark, path, onError });
  return { release: () => guard.release() };
}

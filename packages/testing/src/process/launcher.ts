/** One command that a launcher is to start. */
export interface LaunchRequest {
  /** Given to the shell. */
  command: string;
  cwd: string;
  /** All of the environment. */
  env: Readonly<Record<string, string>>;
  /** The entry of `env` ("NAME=value") that only the processes of this command have. */
  mark: string;
}

/** What is started on this machine in place of the shell. */
export interface Launch {
  file: string;
  args: string[];
  env: Record<string, string>;
}

/** Starts commands somewhere else than directly on this machine: in a sandbox. */
export interface Launcher {
  plan(request: LaunchRequest): Promise<Launch>;
  /** A folder that commands can write to, at the same path inside and outside. */
  folder?: string | undefined;
  /**
   * Sends a signal to the processes of a mark that this machine's process table does not show, and says how many there were. Undefined where the table shows
   * all.
   */
  signalInside?: ((mark: string, signal: "SIGTERM" | "SIGKILL") => Promise<number>) | undefined;
  /** Names of the sandbox's own programs, which must outlive a polite signal so that what they hold can end by itself. */
  keepers: readonly string[];
  /**
   * Makes a port that a command listens on inside reachable from outside; undefined where both share a loopback. `prepare` is put before the command.
   */
  openPort?: ((port: number) => Promise<OpenedPort>) | undefined;
  /** Called when a command has ended, with its mark. */
  onEnd?: ((mark: string) => Promise<void>) | undefined;
}

export interface OpenedPort {
  /** Shell code that starts the way in; ends with "&". */
  prepare: string;
  /** The shell command changed so that it reaches the port too, as 127.0.0.1, when it runs by the same launcher. */
  reach(command: string): string;
  close(): Promise<void>;
}

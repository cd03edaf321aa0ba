import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { type JSONRPCMessage, ReadBuffer, serializeMessage, type Transport } from "@modelcontextprotocol/client";

/** Bytes that a server may write between two answers; notifications, log lines and nonsense count. */
const maxUnaskedBytes = 16 * 1024 * 1024;

/** Milliseconds that a server which takes no more input has to end by itself: how it ended and what it said explain more than the broken pipe. */
const endingMs = 1_000;

/**
 * A stdio transport whose process leads its own group, so that what a server started in turn (npx, a shell) ends with it. The client package's own
 * transport signals only the direct child.
 */
export class ProcessTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** The end of what the server wrote to its standard error. */
  standardError = "";
  readonly #options: { command: string; args: string[]; env: Record<string, string>; cwd: string | undefined };
  /** The process began, and was not ended for what it wrote. */
  isWorthAnotherStart = false;
  /** How the process ended, or why it was ended; undefined while it runs. */
  ending: string | undefined;
  readonly #buffer = new ReadBuffer();
  #unaskedBytes = 0;
  #child: ChildProcessWithoutNullStreams | undefined;

  /** That it has these two tells the client package that a process is behind it, whose silence is no outage. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }
  get stderr(): null {
    return null;
  }

  constructor(options: { command: string; args: string[]; env: Record<string, string>; cwd: string | undefined }) {
    this.#options = options;
  }

  start(): Promise<void> {
    const { command, args, env, cwd } = this.#options;
    const child = spawn(command, args, {
      env,
      ...(cwd === undefined ? {} : { cwd }),
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child = child;
    child.stdout.on("data", (part: Buffer) => this.#read(part));
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (text: string) => {
      this.standardError = (this.standardError + text).slice(-4096);
    });
    child.stdin.on("error", (error) => this.onerror?.(error));
    child.on("exit", (code, signal) => {
      this.ending ??= signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`;
    });
    child.on("close", () => this.onclose?.());
    return new Promise((resolve, reject) => {
      child.once("spawn", () => {
        this.isWorthAnotherStart = true;
        resolve();
      });
      child.once("error", reject);
    });
  }

  send(message: JSONRPCMessage): Promise<void> {
    const child = this.#child;
    if (child === undefined || !child.stdin.writable) return Promise.reject(new Error("the server is not running"));
    return new Promise((resolve, reject) => {
      child.stdin.write(serializeMessage(message), (error) => {
        if (error) awaitClose(child).then(() => reject(error));
        else resolve();
      });
    });
  }

  /** Closes the server's input, gives it a quarter of a second to end, then kills its group. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    this.#child = undefined;
    const ended =
      child.exitCode !== null || child.signalCode !== null
        ? Promise.resolve()
        : new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.stdin.end();
    const timer = setTimeout(() => killGroup(child.pid), 250);
    await ended;
    clearTimeout(timer);
    // What the server left behind in its group.
    killGroup(child.pid);
    this.#buffer.clear();
  }

  #read(part: Buffer): void {
    this.#unaskedBytes += part.length;
    try {
      this.#buffer.append(part);
    } catch (error) {
      this.#giveUp("it wrote a line of more than 10 MB", error);
      return;
    }
    for (;;) {
      try {
        const message = this.#buffer.readMessage();
        if (message === null) break;
        if ("result" in message || "error" in message) this.#unaskedBytes = 0;
        this.onmessage?.(message);
      } catch (error) {
        // A line that is JSON and no message; the next may be one.
        this.#report(error);
      }
    }
    if (this.#unaskedBytes > maxUnaskedBytes) this.#giveUp("it wrote more than 16 MB that nobody asked for");
  }

  /** Nothing sensible can follow. */
  #giveUp(reason: string, cause?: unknown): void {
    this.ending ??= reason;
    this.isWorthAnotherStart = false;
    this.#report(cause ?? new Error(reason));
    killGroup(this.#child?.pid);
  }

  #report(error: unknown): void {
    this.onerror?.(error instanceof Error ? error : new Error(String(error)));
  }
}

function awaitClose(child: ChildProcessWithoutNullStreams): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, endingMs);
    child.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** A group that has no process any more needs no signal. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}

import { once } from "node:events";
import { rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import type { OpenedPort } from "../process/launcher.ts";

/**
 * Runs inside: takes connections at a socket file and passes them on to the port. Ends when the shell that started it has ended and nothing listens.
 */
const insideSource = `
const { connect, createServer } = require("node:net");
const [file, port] = process.argv.slice(1);
const parent = process.ppid;
createServer((incoming) => {
  const outgoing = connect({ port: Number(port), host: "localhost", autoSelectFamily: true });
  incoming.pipe(outgoing).pipe(incoming);
  incoming.on("error", () => outgoing.destroy());
  outgoing.on("error", () => incoming.destroy());
}).listen(file);
setInterval(() => {
  if (process.ppid === parent) return;
  const trial = connect({ port: Number(port), host: "localhost" });
  trial.on("connect", () => trial.destroy());
  trial.on("error", () => process.exit());
}, 200);
`.replaceAll("\n", " ");

/** Runs inside beside another command: takes connections at the port and passes them on to the socket file; ends with the command. */
const besideSource = `
const { connect, createServer } = require("node:net");
const [file, port, command] = process.argv.slice(1);
createServer((incoming) => {
  const outgoing = connect(file);
  incoming.pipe(outgoing).pipe(incoming);
  incoming.on("error", () => outgoing.destroy());
  outgoing.on("error", () => incoming.destroy());
}).listen(Number(port), "127.0.0.1", () => {
  const child = require("node:child_process").spawn("/bin/sh", ["-c", command], { stdio: "inherit" });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + require("node:os").constants.signals[signal]));
});
`.replaceAll("\n", " ");

/** A way in for requests to a port of a sandbox that has no network: this machine's port → a socket file in the shared folder → the port inside. `isShared` says that all commands of the sandbox have one loopback. */
export async function relayPort(folder: string, port: number, options: { isShared: boolean }): Promise<OpenedPort> {
  const file = join(folder, `${port}.sock`);
  await rm(file, { force: true });
  const open = new Set<Socket>();
  const server = createServer((incoming) => {
    const outgoing = connect(file);
    for (const socket of [incoming, outgoing]) {
      open.add(socket);
      socket.once("close", () => open.delete(socket));
    }
    incoming.pipe(outgoing).pipe(incoming);
    // A connection that cannot be passed on ends as one that the service closes.
    incoming.on("error", () => outgoing.destroy());
    outgoing.on("error", () => incoming.destroy());
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    prepare: `node -e '${insideSource}' '${file}' ${port} & `,
    reach: (command) =>
      options.isShared ? command : `exec node -e '${besideSource}' '${file}' ${port} ${quote(command)}`,
    async close() {
      for (const socket of open) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
      await rm(file, { force: true });
    },
  };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

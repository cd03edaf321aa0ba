import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** A port that nothing listens on at this moment. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** True when nothing listens on the port: it can be taken. */
export async function isPortFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
    server.listen(port, host, () => resolve(true));
  });
  if (server.listening) await new Promise((resolve) => server.close(resolve));
  return isFree;
}

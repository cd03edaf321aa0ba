import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { EnvironmentService } from "@ccb/core";
import type { Client } from "pg";
import { findFreePort } from "../process/_ports.ts";
import { fillTable } from "./_fill-table.ts";
import { findProgram } from "./_find-program.ts";
import { startServiceProcess } from "./_start-service-process.ts";
import type { ServiceSetup, StartedService } from "./start-environment.ts";

type PostgresService = Extract<EnvironmentService, { use: "postgres" }> & { name: string };

const user = "app";

/** Starts a PostgreSQL with a database of its own that takes connections from this machine with a password made for it. */
export async function startPostgres(service: PostgresService, setup: ServiceSetup): Promise<StartedService> {
  const { folder, signal } = setup;
  const postgres = findProgram("postgres", "postgresql");
  const password = randomBytes(18).toString("base64url");
  const port = await findFreePort();
  await mkdir(folder);
  const asUser = await chooseUser(setup);
  const data = await initialise(folder, { password, asUser });
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=50"];
  const words = [
    ...asUser,
    postgres,
    "-D",
    data,
    "-p",
    String(port),
    ...settings.flatMap((setting) => ["-c", setting]),
  ];
  const url = `postgres://${user}:${password}@127.0.0.1:${port}/${user}`;
  const isReady = async () => {
    const client = await open(url.replace(/\/app$/, "/postgres"));
    await client.end();
    return true;
  };
  const group = await startServiceProcess({
    command: `exec ${words.map(quote).join(" ")}`,
    cwd: folder,
    isReady,
    signal,
  });
  try {
    await prepareDatabase(service, { url, directory: setup.directory });
  } catch (error) {
    await group.stop();
    throw error;
  }
  const variables = { [service.variable ?? "DATABASE_URL"]: url };
  return { name: service.name, port, variables, output: () => group.output.text(), stop: group.stop };
}

/** PostgreSQL refuses to run as root; then it runs as its own user where there is one, else as nobody. */
async function chooseUser({ folder }: ServiceSetup): Promise<string[]> {
  if (process.getuid?.() !== 0) return [];
  const users = await readFile("/etc/passwd", "utf8");
  const [, uid = "65534", gid = "65534"] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(users) ?? [];
  await chown(folder, Number(uid), Number(gid));
  // The folder above is this process's own; its user must be able to pass.
  await chmod(dirname(folder), 0o711);
  return ["setpriv", "--reuid", uid, "--regid", gid, "--clear-groups"];
}

async function initialise(
  folder: string,
  { password, asUser }: { password: string; asUser: string[] },
): Promise<string> {
  const data = join(folder, "data");
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, password, { mode: 0o644 });
  const options = [
    "-D",
    data,
    "-U",
    user,
    "-A",
    "scram-sha-256",
    "--pwfile",
    passwordFile,
    "-E",
    "UTF8",
    "--locale=C",
    "--no-sync",
  ];
  const [program = "", ...words] = [...asUser, findProgram("initdb", "postgresql"), ...options];
  await promisify(execFile)(program, words, { timeout: 60_000, cwd: folder });
  await rm(passwordFile);
  return data;
}

async function prepareDatabase(
  { seed = [], generate = [] }: PostgresService,
  { url, directory }: { url: string; directory: string },
): Promise<void> {
  const admin = await open(url.replace(/\/app$/, "/postgres"));
  await admin.query(`CREATE DATABASE ${user}`).finally(() => admin.end());
  const client = await open(url);
  try {
    for (const text of seed)
      await client.query(text.endsWith(".sql") ? await readFile(join(directory, text), "utf8") : text);
    for (const { table, rows } of generate) await fillTable(client, { table, rows });
  } finally {
    await client.end();
  }
}

async function open(connectionString: string): Promise<Client> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined); // the query that is under way fails with the same error
  await client.connect();
  return client;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

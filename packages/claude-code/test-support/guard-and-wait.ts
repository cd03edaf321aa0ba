/** Guards a mark (argv) and starts two processes with it, one of which leaves the group and loses its parent; then waits to be killed, or ends. */
import { spawn } from "node:child_process";
import { guardProcesses } from "../src/index.ts";

const [name = "", value = "", ending = ""] = process.argv.slice(2);
const guard = guardProcesses({ mark: `${name}=${value}`, path: process.env.PATH ?? "" });
const env = { PATH: process.env.PATH ?? "", [name]: value };
const script = "trap '' TERM HUP; setsid sh -c 'trap \"\" TERM HUP; sleep 300' & sleep 300";
spawn("/bin/sh", ["-c", script], { env, detached: true, stdio: "ignore" }).unref();
if (ending === "release") guard.release();
else if (ending === "wait") setInterval(() => undefined, 1000);

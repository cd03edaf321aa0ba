import { runBuild } from "./run-build.ts";

/** A build in a process of its own, so that it can be killed: `node build-until-killed.ts <cwd> <url of the model>`. */
const [cwd = "", url = ""] = process.argv.slice(2);
await runBuild({ cwd, url });

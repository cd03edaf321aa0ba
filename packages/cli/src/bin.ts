#!/usr/bin/env node
import { version } from "./_version.ts";

// A reader that has seen enough (`| head`) closes the pipe; that is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

const wanted = process.argv.slice(2);
if (wanted.length === 1 && (wanted[0] === "--version" || wanted[0] === "-V")) {
  process.stdout.write(`${version}\n`);
} else {
  const { runCli } = await import("./run-cli.ts");
  process.exitCode = await runCli({
    argv: wanted,
    cwd: process.cwd(),
    environment: Object.fromEntries(Object.entries(process.env).filter((entry) => entry[1] !== undefined)) as Record<
      string,
      string
    >,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  });
}

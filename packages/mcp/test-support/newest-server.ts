/** CCB's own server over standard input and output, with nothing behind it: it speaks the newest revision. */
import { serveStdio } from "../src/server/index.ts";
import { createPlainServices } from "./plain-services.ts";

await serveStdio({
  services: createPlainServices(),
  version: "1.0.0",
  input: process.stdin,
  output: process.stdout,
});

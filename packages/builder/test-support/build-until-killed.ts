import { startBuild } from "../src/start-build.ts";

/** A build in a process of its own, so that it can be killed: `node build-until-killed.ts <cwd> <url of the model>`. */
const [cwd = "", baseUrl = ""] = process.argv.slice(2);
const build = startBuild({
  specification: "spec.md",
  cwd,
  outputDirectory: "out",
  model: "claude-opus-5-5",
  upstream: { baseUrl, apiKey: "sk-ant-test-0123456789abcdef" },
  environment: { PATH: process.env.PATH ?? "", HOME: cwd },
});
for await (const _ of build.events);

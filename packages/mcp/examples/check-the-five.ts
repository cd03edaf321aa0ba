import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkServers, createComplianceTracker, defaultPolicy, mandatoryServers } from "@ccb/mcp";

const projectDirectory = mkdtempSync(join(tmpdir(), "ccb-example-"));
execFileSync("git", ["init", "-q", projectDirectory]);
mkdirSync(join(projectDirectory, ".memory"));

const servers = mandatoryServers({ projectDirectory, context7Url: "http://127.0.0.1:9" });
const health = await checkServers(servers);
for (const { name, status, tools } of health) console.log(`${name}: ${status}, ${tools.length} tools`);

const unavailable = health.filter(({ status }) => status !== "ready");
const tracker = createComplianceTracker({ policy: defaultPolicy, servers, unavailable });
const verdict = tracker.judge("task_complete");
if (!verdict.ok) console.log(`missing: ${verdict.missing.map(({ server }) => server).join(", ")}`);

assert.equal(health.filter(({ status }) => status === "ready").length, 4);
assert.equal(verdict.ok, false);
rmSync(projectDirectory, { recursive: true });

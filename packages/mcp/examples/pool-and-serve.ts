import assert from "node:assert/strict";
import { createServerPool } from "@ccb/mcp";
import { type CcbServices, serveHttp } from "@ccb/mcp/server";

const nothing = async (): Promise<never> => {
  throw new Error("not asked in this example");
};
const services: CcbServices = {
  plan_spec: nothing,
  list_requirements: nothing,
  trace_requirement: nothing,
  search_spec: nothing,
  list_tasks: async () => ({
    tasks: [{ id: "routes", name: "Routes", phase: "service", status: "ready", dependsOn: [] }],
  }),
  claim_task: nothing,
  run_checks: nothing,
  read_costs: nothing,
  control_build: nothing,
  documents: [],
  readDocument: async () => undefined,
};
const serving = await serveHttp({ services, version: "1.0.0" });

const headers = { Authorization: `Bearer ${serving.token}` };
const transport = { type: "http" as const, url: serving.url, headers };
const server = { name: "ccb", description: "CCB", transport, required: true, enforceAt: [], alwaysLoad: false };
const pool = createServerPool({ servers: [server] });
const answer = await pool.call({ server: "ccb", tool: "list_tasks", arguments: { status: "ready" } });
if (answer.status === "answered") console.log(answer.text);

assert.equal(answer.status, "answered");
await pool.close();
await serving.close();

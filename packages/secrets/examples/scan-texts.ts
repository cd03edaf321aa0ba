// Finds a key in what a model wrote: node --conditions=ccb-source packages/secrets/examples/scan-texts.ts
import assert from "node:assert/strict";
import { findSecrets } from "@ccb/secrets";

// Put together here, so that no key stands in this file.
const key = ["AKIA", "Z3MGQ7LX2VNB4TYK"].join("");
const findings = findSecrets([
  { path: "src/storage.ts", text: `export const client = createClient({\n  accessKeyId: "${key}",\n});\n` },
  { path: "src/settings.ts", text: "export const accessKeyId = process.env.AWS_ACCESS_KEY_ID;\n" },
]);
for (const { path, line, rule, masked } of findings) console.log(`${path}:${line}: ${rule}: ${masked}`);
assert.equal(findings.length, 1);

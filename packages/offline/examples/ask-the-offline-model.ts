import assert from "node:assert/strict";
import { defineAgent, offlineModelId } from "@ccb/core";
import { createAnthropicModel } from "@ccb/models";
import { createOfflineModel } from "@ccb/offline";
import { z } from "zod";

await using offline = await createOfflineModel();
const model = createAnthropicModel({ model: offlineModelId, baseUrl: offline.url, apiKey: "any" });

const reviewer = defineAgent({
  name: "risk-reviewer",
  description: "Names the risk of a plan.",
  system: "You name the risk of a plan.",
  prompt: (plan: string) => `Name the risk of this plan: ${plan}`,
  output: z.object({ severity: z.enum(["low", "high"]), remark: z.string() }),
});
const { value } = await reviewer.run("Move the data by hand.", { model });
console.log(value.severity, "|", value.remark);
assert.match(value.remark, /not a language model/);

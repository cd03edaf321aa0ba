import { definePackageBuild } from "../../tsup.base.ts";

export default definePackageBuild({
  entry: { index: "src/index.ts", "server/index": "src/server/index.ts", "memory/index": "src/memory/index.ts" },
});

import { definePackageBuild } from "../../tsup.base.ts";

export default definePackageBuild({ entry: { index: "src/index.ts", "research/index": "src/research/index.ts" } });

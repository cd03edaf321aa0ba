import { definePackageBuild } from "../../tsup.base.ts";

export default definePackageBuild({ entry: { index: "src/index.ts", "served/index": "src/served/index.ts" } });

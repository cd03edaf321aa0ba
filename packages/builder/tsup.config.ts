import { definePackageBuild } from "../../tsup.base.ts";

export default definePackageBuild({
  entry: {
    index: "src/index.ts",
    project: "src/project.ts",
    report: "src/report.ts",
    "served/index": "src/served/index.ts",
  },
});

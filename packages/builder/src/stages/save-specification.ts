import { join } from "node:path";
import { renderJson, writeArtifacts } from "../project/write-artifact.ts";
import type { Workbench } from "../workbench.ts";

/** The journal's step that holds the specification's text; saved when the build is noted. */
export const specificationStep = "specification";

/** Makes the repository and saves `artifacts/specification.md` and `artifacts/requirements.json`. */
export async function saveSpecification(bench: Workbench): Promise<void> {
  const { specification, requirements } = bench.intake;
  const { title, bytes, tokens, hash } = specification;
  const content = renderJson({ title, bytes, tokens, hash, requirements });
  await Promise.all([
    bench.repository.initialize(),
    writeArtifacts([
      { path: join(bench.paths.artifacts, "specification.md"), content: specification.text },
      { path: join(bench.paths.artifacts, "requirements.json"), content },
    ]),
  ]);
}

import { join } from "node:path";
import { writeArtifact, writeJsonArtifact } from "../project/write-artifact.ts";
import type { Workbench } from "../workbench.ts";

/** The journal's step that holds the specification's text; saved when the build is noted. */
export const specificationStep = "specification";

/** Makes the repository and saves `artifacts/specification.md` and `artifacts/requirements.json`. */
export async function saveSpecification(bench: Workbench): Promise<void> {
  await bench.repository.initialize();
  const { specification, requirements } = bench.intake;
  await writeArtifact(join(bench.paths.artifacts, "specification.md"), specification.text);
  await writeJsonArtifact(join(bench.paths.artifacts, "requirements.json"), {
    title: specification.title,
    bytes: specification.bytes,
    tokens: specification.tokens,
    hash: specification.hash,
    requirements,
  });
}

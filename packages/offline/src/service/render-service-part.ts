import { planServiceParts } from "./plan-service-parts.ts";
import { kernelFiles } from "./render/kernel/kernel-files.ts";
import { renderEntityTests } from "./render/render-entity-tests.ts";
import { renderResource } from "./render/render-resource.ts";
import { renderSamples } from "./render/render-samples.ts";
import { renderPackageJson, renderSettings } from "./render/render-settings.ts";
import { renderErrorBody, renderListBody } from "./render/render-shapes.ts";
import type { ServiceModel } from "./service-model.ts";

/** A file of a generated service: its path relative to the project, and its whole text. */
export interface ServiceFile {
  path: string;
  content: string;
}

const computed: Readonly<Record<string, (model: ServiceModel) => string>> = {
  "package.json": renderPackageJson,
  "src/settings.js": renderSettings,
  "src/http/error-body.js": renderErrorBody,
  "src/http/list-body.js": renderListBody,
};

/** Renders the files of one part, in the order of its plan. Pure. Empty when the model has no such part. */
export function renderServicePart(model: ServiceModel, partId: string): ServiceFile[] {
  const part = planServiceParts(model).find((candidate) => candidate.id === partId);
  if (part === undefined) return [];
  return part.files.flatMap((path) => {
    const content = renderFile(model, path);
    return content === undefined ? [] : [{ path, content }];
  });
}

function renderFile(model: ServiceModel, path: string): string | undefined {
  const render = computed[path];
  if (render !== undefined) return render(model);
  const kernel = kernelFiles[path];
  if (kernel !== undefined) return withFeatures(model, kernel);
  const plural = /([^/]+?)(?:\.test)?\.js$/.exec(path)?.[1];
  const entity = model.entities.find((candidate) => candidate.plural === plural);
  if (entity === undefined) return undefined;
  if (path.startsWith("src/resources/")) return renderResource(model, entity);
  return path.startsWith("tests/samples/") ? renderSamples(model, entity) : renderEntityTests(model, entity);
}

function withFeatures(model: ServiceModel, text: string): string {
  return model.auth === null ? text.replaceAll(/^.* \/\/auth\n/gm, "") : text.replaceAll(" //auth\n", "\n");
}

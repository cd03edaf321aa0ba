import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

it("loads the SDK only when a model is asked", () => {
  const program = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ resolve: (name, context, next) => { loaded.push(name); return next(name, context); } });
    const { createAnthropicModel } = await import("@ccb/models");
    const model = createAnthropicModel({ model: "m", baseUrl: "http://127.0.0.1:1", apiKey: "k", maxRetries: 0 });
    const isSdk = (name) => name.startsWith("@anthropic-ai/");
    const before = loaded.some(isSdk);
    await model.generate({ system: "s", prompt: "p", scope: {} }).catch(() => undefined);
    process.stdout.write(JSON.stringify({ before, after: loaded.some(isSdk) }));
  `;
  const output = execFileSync(process.execPath, ["--conditions=ccb-source", "--input-type=module", "-e", program], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  expect(JSON.parse(output)).toEqual({ before: false, after: true });
});

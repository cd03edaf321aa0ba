import { describe, expect, it } from "vitest";
import { renderSessionEnvironment } from "./render-session-environment.ts";

const render = (environment: Record<string, string>, idleMs = 60_000) =>
  renderSessionEnvironment({
    environment,
    homeDirectory: "/home/of/sessions",
    baseUrl: "http://127.0.0.1:1",
    model: "a-model",
    idleMs,
    mark: "the-mark",
  });

describe("renderSessionEnvironment", () => {
  it("keeps what a build needs and leaves out credentials and other clients' settings", () => {
    const environment = render({
      PATH: "/bin",
      LANG: "C.UTF-8",
      GIT_AUTHOR_NAME: "CCB",
      ANTHROPIC_API_KEY: "real",
      ANTHROPIC_AUTH_TOKEN: "real",
      CLAUDE_CODE_OAUTH_TOKEN: "real",
      OPENAI_API_KEY: "real",
      GITHUB_TOKEN: "real",
      npm_config__auth_token: "real",
      DATABASE_PASSWORD: "real",
      CLAUDECODE: "1",
      NODE_OPTIONS: "--require ./evil.js",
      LD_PRELOAD: "evil.so",
    });
    expect(environment).toMatchObject({ PATH: "/bin", LANG: "C.UTF-8", GIT_AUTHOR_NAME: "CCB" });
    expect(Object.values(environment)).not.toContain("real");
    expect(environment).not.toHaveProperty("CLAUDECODE");
    expect(environment).not.toHaveProperty("NODE_OPTIONS");
    expect(environment).not.toHaveProperty("LD_PRELOAD");
  });

  it("sends every kind of model call to the same server and model", () => {
    const environment = render({});
    expect(environment.ANTHROPIC_BASE_URL).toBe("http://127.0.0.1:1");
    const models = Object.entries(environment).filter(([name]) => name.endsWith("_MODEL"));
    expect(models.length).toBeGreaterThanOrEqual(5);
    expect(models.every(([, value]) => value === "a-model")).toBe(true);
  });

  it("lets tools time out before the session does", () => {
    const environment = render({}, 10_000);
    expect(Number(environment.BASH_MAX_TIMEOUT_MS)).toBeLessThan(10_000);
    expect(Number(environment.MCP_TOOL_TIMEOUT)).toBeLessThan(10_000);
  });
});

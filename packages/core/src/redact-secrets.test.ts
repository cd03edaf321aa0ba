import { describe, expect, it } from "vitest";
import { redactSecrets } from "./redact-secrets.ts";

const key = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz";

describe("redactSecrets", () => {
  it("finds a key after an escape whose last character is a letter", () => {
    for (const before of ["\n", "\t", "\u001b[32m", "a=", "a%3D", "a%0a", "", '"']) {
      for (const text of [before + key, JSON.stringify(before + key), JSON.stringify(JSON.stringify(before + key))]) {
        expect(redactSecrets(text)).not.toContain("abcdefghij");
      }
    }
  });

  it("finds every form alone on its line", () => {
    const letters = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8";
    const forms = [
      key,
      `ghp_${letters}`,
      `github_pat_${letters}`,
      `glpat-${letters}`,
      "AKIAABCDEFGHIJKLMNOP",
      "ASIAABCDEFGHIJKLMNOP",
      `AIza${letters.slice(0, 35)}`,
      `xoxb-${letters}`,
      `sk_live_${letters}`,
      `rk_test_${letters}`,
      `npm_${letters}`,
      `eyJ${letters}.eyJ${letters}.${letters}`,
      `-----BEGIN RSA PRIVATE KEY-----\n${letters}\n-----END RSA PRIVATE KEY-----`,
    ];
    for (const form of forms) expect(redactSecrets(form)).toBe("[REDACTED]");
    expect(redactSecrets("postgres://me:pass1@db")).toBe("postgres://me:[REDACTED]@db");
  });

  it("leaves hyphenated words alone that only end in the form of a key", () => {
    for (const text of ["task-acceptance-generator-for-everything", "disk-abcdefghijklmnopqrstuvwxyz"]) {
      expect(redactSecrets(text)).toBe(text);
    }
  });

  it("finds a known value in plain, JSON-escaped and URL-encoded form", () => {
    const secret = 'pa"ss/wo\\rd é';
    const text = [secret, JSON.stringify(secret), encodeURIComponent(secret)].join(" | ");
    expect(redactSecrets(text, [secret])).toBe('[REDACTED] | "[REDACTED]" | [REDACTED]');
  });
});

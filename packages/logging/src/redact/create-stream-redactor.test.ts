import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRedactor } from "./create-redactor.ts";
import { createStreamRedactor } from "./create-stream-redactor.ts";

const known = 'pa"ss\\wörd/1 é';
const key = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz";
const privateKey = `-----BEGIN RSA PRIVATE KEY-----\n${"QUJDREVGR0hJSktM\n".repeat(30)}-----END RSA PRIVATE KEY-----`;
const certificate = privateKey.replaceAll("RSA PRIVATE KEY", "CERTIFICATE");
const redact = createRedactor({ secrets: () => [known] });

function passThrough(pieces: string[]): string {
  const redactor = createStreamRedactor({ redact });
  return pieces.map((piece) => redactor.write(piece)).join("") + redactor.end();
}

const words = fc.constantFrom(
  ...["plain text ", "\n", "\r\n", "-----", "https://user:secret-word@host/ ", `${key} `, `"${key}"`, privateKey],
  ...[known, JSON.stringify(known), JSON.stringify({ text: `\n${key}` }), encodeURIComponent(`x=${key}`)],
  ...[encodeURIComponent(known), Buffer.from(known).toString("base64"), certificate, "ä𝄞", "x".repeat(300)],
);

describe("createStreamRedactor", () => {
  it("gives the same however the text is cut", () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), fc.array(fc.nat(400), { maxLength: 40 }), (parts, lengths) => {
        const text = parts.join("");
        const pieces: string[] = [];
        let at = 0;
        for (const length of lengths) {
          pieces.push(text.slice(at, at + length));
          at += length;
        }
        expect(passThrough([...pieces, text.slice(at)])).toBe(redact(text));
      }),
    );
  });

  it("finds a key split at every place, in every form", () => {
    const forms = [
      key,
      known,
      JSON.stringify(known),
      encodeURIComponent(known),
      JSON.stringify(`\n${key}`),
      privateKey,
    ];
    for (const form of forms) {
      const text = `before ${form} after\n`;
      for (let at = 0; at <= text.length; at++) {
        expect(passThrough([text.slice(0, at), text.slice(at)])).toBe(redact(text));
      }
    }
  });

  it("passes whole lines on at once and holds back only what may be a part of a secret", () => {
    const redactor = createStreamRedactor({ redact });
    expect(redactor.write("one\ntw")).toBe("one\n");
    expect(redactor.write("o\nthree\n")).toBe("two\nthree\n");
    expect(redactor.write(certificate)).toContain("-----BEGIN CERTIFICATE-----\nQUJ");
    expect(redactor.write("\n")).toBe("-----END CERTIFICATE-----\n");
    const [head = "", ...rest] = privateKey.split("\n");
    expect(redactor.write(`${head}\n${rest.slice(0, 5).join("\n")}\n`)).toBe("");
    expect(redactor.write(`${rest.slice(5).join("\n")}\n`)).toBe("[REDACTED]\n");
  });

  it("blanks a private key that the stream cuts off", () => {
    expect(passThrough([`a\n${privateKey.slice(0, 200)}`])).toBe("a\n[REDACTED]");
  });

  it("holds back a bounded part of a line without an end, and cuts no key in it", () => {
    const redactor = createStreamRedactor({ redact });
    const text = `${"word ".repeat(40)}${key} `.repeat(400);
    let passed = "";
    let held = 0;
    for (let at = 0; at < text.length; at += 777) {
      passed += redactor.write(text.slice(at, at + 777));
      held = Math.max(held, at - passed.length);
    }
    expect(held).toBeLessThan(60_000);
    expect(passed + redactor.end()).toBe(redact(text));
  });

  it("leaves no line of a secret that has several", () => {
    const lines = ["first line of it", "second line of it"];
    const several = createRedactor({ secrets: () => [lines.join("\n")] });
    const redactor = createStreamRedactor({ redact: several });
    const text = `a\n${lines.join("\n")}\nb\n`;
    const passed = [...text].map((sign) => redactor.write(sign)).join("") + redactor.end();
    for (const line of lines) expect(passed).not.toContain(line);
    expect(passed).toMatch(/^a\n[\s\S]*\nb\n$/);
  });
});

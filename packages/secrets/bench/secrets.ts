/**
 * Recall on generated secrets, false findings on look-alikes, and time on hostile text against time on ordinary text. Exits with 1 below the marks.
 *
 *   node --conditions=ccb-source packages/secrets/bench/secrets.ts
 */
import { readFileSync } from "node:fs";
import { hostileTexts, innocentTexts, listSecretSamples } from "../src/_sample-secrets.ts";
import { findSecrets } from "../src/find-secrets.ts";

const has = (text: string): boolean => findSecrets([{ path: "src/a.txt", text }]).length > 0;
const samples = listSecretSamples();
const found = samples.filter(({ text }) => has(text)).length;
const wrong = innocentTexts.filter(has).length;
console.log(`secrets found            ${found} of ${samples.length}`);
console.log(`false findings           ${wrong} of ${innocentTexts.length} look-alikes`);

const ordinary = readFileSync(new URL("../src/find-secrets.ts", import.meta.url), "utf8").repeat(10);
const measure = (text: string): number => {
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    has(text);
    return performance.now() - start;
  });
  return Math.min(...times) / text.length;
};
const usual = measure(ordinary);
let worst = 0;
for (const { name, text } of hostileTexts) {
  const ratio = measure(text) / usual;
  worst = Math.max(worst, ratio);
  console.log(`hostile: ${name.padEnd(24)} ${ratio.toFixed(1)} × the time a character of source code takes`);
}
const growth = measure(hostileTexts[2]?.text.repeat(4) ?? "") / measure(hostileTexts[2]?.text ?? "");
console.log(`four times the hostile text takes ${growth.toFixed(2)} × the time a character (1 is linear)`);
process.exitCode = found / samples.length >= 0.98 && wrong === 0 && worst < 200 && growth < 2 ? 0 : 1;

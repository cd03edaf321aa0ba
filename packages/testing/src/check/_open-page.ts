import { existsSync } from "node:fs";
import { CcbError } from "@ccb/core";
import type { Browser, Page } from "playwright-core";

export interface OpenPageOptions {
  /** For example `http://127.0.0.1:40123`; no other host is reachable. */
  origin: string;
  chromium?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface OpenPage {
  page: Page;
  /** Uncaught errors of the page, and failed requests to the origin. */
  errors: string[];
  close(): Promise<void>;
}

const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The Chromium of this machine, or undefined. */
export function findChromium(): string | undefined {
  return usualPlaces.find((path) => existsSync(path));
}

/** Opens a page in a Chromium of its own with a fresh profile. Rejects with a CcbError (`io-failed`) where there is none or it does not start. */
export async function openPage(options: OpenPageOptions): Promise<OpenPage> {
  const { origin, signal } = options;
  const browser = await launch(options);
  const onAbort = () => void browser.close().catch(() => undefined); // the step under way fails, then `close` is called
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const page = await browser.newPage();
  const errors: string[] = [];
  const isOwn = (url: string) => url.startsWith(`${origin}/`);
  page.on("pageerror", (error) => errors.push(`uncaught ${error.message}`));
  page.on("response", (answer) => {
    if (answer.status() >= 500 && isOwn(answer.url()))
      errors.push(`${answer.request().method()} ${answer.url()}: status ${answer.status()}`);
  });
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "failed";
    // A page that is left while it loads aborts its requests.
    if (isOwn(request.url()) && !reason.includes("ERR_ABORTED"))
      errors.push(`${request.method()} ${request.url()}: ${reason}`);
  });
  return {
    page,
    errors,
    async close() {
      signal?.removeEventListener("abort", onAbort);
      await browser.close();
    },
  };
}

async function launch({ chromium }: OpenPageOptions): Promise<Browser> {
  const executablePath = chromium ?? findChromium();
  if (executablePath === undefined) {
    const hint = "Install Chromium (Debian: apt-get install chromium) or name its path.";
    throw new CcbError({ code: "io-failed", message: "No Chromium was found for the browser check.", hint });
  }
  const playwright = await import("playwright-core");
  const args = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE ::1",
    // Chromium refuses to run as root with its own sandbox.
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ];
  try {
    return await playwright.chromium.launch({
      executablePath,
      args,
      headless: true,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new CcbError({ code: "io-failed", message: `Chromium (${executablePath}) did not start: ${reason}.`, cause });
  }
}

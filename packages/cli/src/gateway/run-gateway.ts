import { basename, dirname } from "node:path";
import { type ApiCall, CcbError } from "@ccb/core";
import { type CostLedger, costMigrations, createCostLedger, createRateLimitHoldStore } from "@ccb/cost";
import { createGateway, type Gateway, type KeyUse } from "@ccb/gateway";
import { createApiCallLog, createRedactor } from "@ccb/logging";
import { acquireLock, type Lock, openStore, type Store } from "@ccb/store";
import { exitCodes } from "../exit-codes.ts";
import { createLiveRegion } from "../render/_live-region.ts";
import { createPainter } from "../render/_painter.ts";
import type { Terminal } from "../terminal.ts";
import { type GatewayFlags, type GatewaySettings, readGatewaySettings } from "./gateway-settings.ts";
import { noteKeyUses } from "./note-key-uses.ts";
import { renderCall, renderStart, renderTotals } from "./render-gateway.ts";
import { type GatewayWatch, watchGateway } from "./watch-gateway.ts";

/** Everything that the gateway books goes under one build, so that its caps hold over restarts. */
const build = "gateway";

/** What is told while the gateway runs, for people or as JSON lines. */
interface Teller {
  start(url: string): void;
  key(use: KeyUse): void;
  call(call: ApiCall): void;
  note(kind: "refused" | "held" | "alert" | "note" | "warning", message: string): void;
  end(): void;
}

/** `ccb gateway`: a gateway of its own in front of any Claude Code, until Ctrl-C. */
export async function runGateway(call: { flags: GatewayFlags; terminal: Terminal }): Promise<number> {
  const { flags, terminal } = call;
  const settings = readGatewaySettings(flags, terminal);
  const lock = holdDatabase(settings.database);
  const store = openStore({ path: settings.database, migrations: [costMigrations] });
  const { capMicroUsd, dayCapMicroUsd } = settings;
  const ledger = createCostLedger({
    store,
    build,
    ...(settings.config.prices === undefined ? {} : { prices: settings.config.prices }),
    caps: { dayMicroUsd: dayCapMicroUsd },
    ...(capMicroUsd === undefined ? {} : { capMicroUsd }),
  });
  ledger.settleAbandoned();
  const holder: { gateway?: Gateway } = {};
  const teller = createTeller({ flags, terminal, settings, ledger, stats: () => holder.gateway?.stats() });
  let watch: GatewayWatch | undefined;
  try {
    watch = await watchGateway({
      config: settings.config,
      ledger,
      environment: terminal.environment,
      capMicroUsd,
      inFlight: () => holder.gateway?.stats().inFlight ?? 0,
      note: (kind, message) => teller.note(kind, message),
    });
    const gateway = await openGateway({ settings, ledger, store, teller, watch });
    holder.gateway = gateway;
    watch.start();
    // Nobody has its address yet, so nothing was sent before it is noted.
    const uses = noteKeyUses(settings);
    teller.start(gateway.urlFor({ build, phase: undefined, task: undefined, agent: "claude-code" }));
    for (const use of uses) teller.key(use);
    await untilStopped();
    await gateway.close();
    await watch.close();
    watch = undefined;
    teller.end();
    return exitCodes.done;
  } finally {
    await watch?.close();
    store.close();
    lock.release();
  }
}

function openGateway(parts: {
  settings: GatewaySettings;
  ledger: CostLedger;
  store: Store;
  teller: Teller;
  watch: GatewayWatch;
}) {
  const { settings, ledger, store, teller, watch } = parts;
  const redact = createRedactor({ secrets: () => settings.secrets });
  return createGateway({
    upstream: settings.upstream,
    routes: settings.routes,
    port: settings.port,
    meter: ledger,
    atomically: (work) => store.transaction(work, { disk: "later" }),
    durable: store.durable,
    callLog: createApiCallLog({ directory: settings.logDirectory, redact }),
    holds: createRateLimitHoldStore(store),
    onCall(done) {
      teller.call(done);
      watch.call(done);
    },
    onRefusal(refusal) {
      teller.note("refused", refusal.reason);
      watch.refused(refusal);
    },
    onHold: ({ model, until, reason }) => teller.note("held", `${model} until ${until.slice(11, 19)} UTC: ${reason}`),
    onProblem: (error) => teller.note("warning", error.message),
  });
}

function createTeller(parts: {
  flags: GatewayFlags;
  terminal: Terminal;
  settings: GatewaySettings;
  ledger: CostLedger;
  stats: () => ReturnType<Gateway["stats"]> | undefined;
}): Teller {
  const { flags, terminal, settings, ledger, stats } = parts;
  const { stdout } = terminal;
  const totals = () => {
    const counted = stats();
    return counted ? renderTotals(ledger.totals(), counted) : "";
  };
  if (flags.json) {
    const write = (line: object) => stdout.write(`${JSON.stringify(line)}\n`);
    return {
      start: (url) => write({ type: "listening", url }),
      key: (use) => write({ type: "key-used", ...use }),
      call: ({ requestBody: _request, responseBody: _response, ...told }) => write({ type: "call", ...told }),
      note: (type, message) => write({ type, message }),
      end: () => write({ type: "end", totals: ledger.totals(), stats: stats() }),
    };
  }
  const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
  const region = stdout.isTTY === true ? createLiveRegion(stdout) : undefined;
  const print = (text: string) => {
    if (region) region.print(text);
    else stdout.write(`${text}\n`);
    region?.draw(totals());
  };
  return {
    start: (url) => print(`${renderStart(url, { settings, paint })}\n`),
    key: ({ key, from, upstream }) => print(paint.dim(`key ${key} (${from}) is used for ${upstream}`)),
    call: (done) => print(renderCall(done, paint)),
    note: (kind, message) => print(`${paint.warn(kind)}  ${message}`),
    end() {
      region?.clear();
      stdout.write(`${totals()}\n`);
    },
  };
}

function holdDatabase(path: string): Lock {
  const result = acquireLock({ directory: dirname(path), name: `${basename(path)}-lock` });
  if (result.acquired) return result.lock;
  throw new CcbError({
    code: "locked",
    message: `Another gateway${result.by ? ` (pid ${result.by.pid})` : ""} books into ${path}.`,
    hint: "Stop it, or give this one a ledger of its own: --db other/costs.db",
  });
}

/** First Ctrl-C, SIGTERM or a closed terminal: resolves. Second: the process ends at once. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    const onSignal = () => {
      if (isStopping) process.exit(exitCodes.stopped);
      isStopping = true;
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  });
}

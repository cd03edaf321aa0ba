/** The benchmark's model on a thread of its own, so that it waits as long as it says whatever CCB's thread is busy with, and takes none of its time. */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { createScriptedModel } from "@ccb/testing";
import { type FileTask, scriptFiles } from "../test-support/scripted-files.ts";

interface ModelOptions {
  tasks: readonly FileTask[];
  /** Milliseconds that it takes for an answer. */
  latencyMs: number;
}

export interface BenchModel extends AsyncDisposable {
  url: string;
}

/** Starts the model that plays these tasks. */
export async function startBenchModel(options: ModelOptions): Promise<BenchModel> {
  const worker = new Worker(new URL(import.meta.url), { workerData: options });
  const [{ url }] = (await once(worker, "message")) as [{ url: string }];
  return {
    url,
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

async function serve({ tasks, latencyMs }: ModelOptions): Promise<void> {
  const rules = scriptFiles(tasks, { onSession: async () => [{ type: "text", text: "ok" }] }).map((rule) => ({
    ...rule,
    reply: async (conversation: Parameters<Extract<typeof rule.reply, (...args: never[]) => unknown>>[0]) => {
      await delay(latencyMs);
      return typeof rule.reply === "function" ? rule.reply(conversation) : rule.reply;
    },
  }));
  const model = await createScriptedModel({ rules });
  parentPort?.postMessage({ url: model.url });
}

if (parentPort !== null) await serve(workerData as ModelOptions);

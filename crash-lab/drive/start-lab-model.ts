import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { noUsage, type Usage } from "@ccb/core";
import {
  type Answer,
  createModelServer,
  type Fault,
  type MessagesRequest,
  type RecordedRequest,
  readConversation,
} from "@ccb/testing";
import { answerProduct, readTaskId } from "../product/script-product.ts";
import { openGate } from "./open-gate.ts";

/** One call as the model server saw it. */
export interface ServedCall {
  /** The id under which it is in the ledger once it was answered. */
  messageId: string;
  agent: string | undefined;
  /** The task whose session asked; undefined for planning and writing. */
  task: string | undefined;
  /** The same for the same question. */
  contentHash: string;
  /** answered: whole · cut: broken off, by a fault or because the client went away · refused: an error status. */
  outcome: "answered" | "cut" | "refused" | "open";
  /** What the server counts for it. */
  usage: Usage;
  /** Milliseconds since the epoch at which it came in. */
  at: number;
}

/** A fault that the server shows: on the calls that match, so many times. */
export interface PlannedFault {
  /** Which calls; all when omitted. */
  when?: (call: { agent: string | undefined; task: string | undefined; number: number }) => boolean;
  times: number;
  fault: Fault;
}

/** The scripted model server of one run. It lives in the laboratory's own process and outlives every kill of CCB. */
export interface LabModel extends AsyncDisposable {
  url: string;
  /** Every call so far, in order of arrival. */
  calls(): ServedCall[];
  /** Adds a fault; earlier ones go first. */
  plan(fault: PlannedFault): void;
  /** Milliseconds every answer takes from now on. */
  slowDown(ms: number): void;
  /** Lets the sessions of a task make the same tool call for so many turns; gives the turns they have made. */
  loop(task: string, turns: number): number;
  /** Nobody reaches the server until it is brought up again. */
  takeDown(): Promise<void>;
  bringUp(): Promise<void>;
}

/** Starts the model server of a run. */
export async function startLabModel(): Promise<LabModel> {
  const faults: PlannedFault[] = [];
  const seen: { number: number; at: number; record: RecordedRequest }[] = [];
  let delayMs = 0;
  let looping = { task: "", turns: 0, made: 0 };
  const answer = async (request: MessagesRequest, context: { number: number }): Promise<Answer> => {
    const record = server.requests.findLast((one) => one.request === request);
    if (record) seen.push({ number: context.number, at: Date.now(), record });
    const conversation = readConversation(request);
    const call = { agent: conversation.agent, task: readTaskId(conversation), number: context.number };
    if (delayMs > 0) await delay(delayMs);
    if (call.task === looping.task && looping.made < looping.turns) {
      looping.made += 1;
      return {
        content: [{ type: "tool_use", name: "Bash", input: { command: "echo again", description: "Look again" } }],
      };
    }
    const planned = faults.find((fault) => fault.times > 0 && (fault.when?.(call) ?? true));
    const whole = answerProduct(conversation, String(context.number));
    if (!planned) return whole;
    planned.times -= 1;
    return planned.fault.fault === "status" || "fault" in whole
      ? planned.fault
      : { ...planned.fault, content: whole.content, ...(whole.usage ? { usage: whole.usage } : {}) };
  };
  const server = await createModelServer({ answer });
  const gate = await openGate(server.port);
  return {
    url: gate.url,
    calls: () => seen.map(readCall),
    plan: (fault) => void faults.push(fault),
    slowDown: (ms) => {
      delayMs = ms;
    },
    loop(task, turns) {
      const { made } = looping;
      looping = { task, turns, made };
      return made;
    },
    takeDown: gate.shut,
    bringUp: gate.open,
    async [Symbol.asyncDispose]() {
      await gate.shut();
      await server.close();
    },
  };
}

function readCall({ number, at, record }: { number: number; at: number; record: RecordedRequest }): ServedCall {
  const request = record.request;
  const conversation = request ? readConversation(request) : undefined;
  const { outcome } = record;
  return {
    messageId: `msg_${String(number).padStart(6, "0")}`,
    agent: conversation?.agent,
    task: conversation ? readTaskId(conversation) : undefined,
    contentHash: hashQuestion(request),
    outcome: outcome === "error" ? "refused" : outcome === "stalled" ? "cut" : outcome,
    usage: outcome === "error" ? noUsage : record.billed,
    at,
  };
}

/** What is asked: model, system, messages, schema; not the client's ids. */
function hashQuestion(request: MessagesRequest | undefined): string {
  const { model, system, messages, output_config } = request ?? {};
  return createHash("sha256").update(JSON.stringify({ model, system, messages, output_config })).digest("hex");
}

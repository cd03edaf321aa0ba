import { type Answer, type Fault, isFault } from "./answer.ts";
import { createModelServer, type ModelServer, type ModelServerOptions } from "./create-model-server.ts";
import type { MessagesRequest } from "./messages-request.ts";
import { type Conversation, readConversation } from "./read-conversation.ts";

/** Which requests are meant: a predicate, the name of a CCB agent, or a string in the system prompt. */
export type ScriptMatch = string | ((conversation: Conversation) => boolean);

/** One rule of a script. */
export interface ScriptRule {
  when: ScriptMatch;
  reply: Answer | ((conversation: Conversation) => Answer | Promise<Answer>);
  /** How often the rule answers before later rules get their turn; without it, always. */
  times?: number;
}

/** A fault in place of the answer, or on top of it: a cut, a stall or invalid JSON without content breaks the answer of the rule that matches. */
export interface ScriptFault {
  /** Every request when omitted. */
  when?: ScriptMatch;
  fault: Fault;
  /** Default 1. */
  times?: number;
}

export interface ScriptedModelOptions extends Omit<ModelServerOptions, "answer"> {
  /** Tried in order; the first that matches and is not used up answers. */
  rules: readonly ScriptRule[];
  /** Tried in order before the rules, one at a time for each request; a request they break uses up no rule. */
  faults?: readonly ScriptFault[];
}

/**
 * Starts a model server that answers by rules.
 *
 * A request that no rule matches gets a 400 `invalid_request_error` that names its agent, its last user text and its tools, so that the author of
 * the script sees what is missing.
 */
export function createScriptedModel(options: ScriptedModelOptions): Promise<ModelServer> {
  const { rules, faults = [], ...server } = options;
  const ruleUses = new Map<ScriptRule, number>();
  const faultUses = new Map<ScriptFault, number>();

  const answer = async (request: MessagesRequest): Promise<Answer> => {
    const conversation = readConversation(request);
    const rule = rules.find((one) => isLeft(ruleUses, one, one.times) && isMatch(one.when, conversation));
    const planned = faults.find((one) => isLeft(faultUses, one, one.times ?? 1) && isMatch(one.when, conversation));
    if (planned) {
      count(faultUses, planned);
      return breakReply(planned.fault, rule, conversation);
    }
    if (!rule) return renderUnmatched(conversation, rules, ruleUses);
    count(ruleUses, rule);
    return readReply(rule, conversation);
  };
  return createModelServer({ ...server, answer });
}

async function breakReply(fault: Fault, rule: ScriptRule | undefined, conversation: Conversation): Promise<Answer> {
  if (fault.fault === "status" || fault.content || !rule) return fault;
  const reply = await readReply(rule, conversation);
  if (isFault(reply)) return fault;
  return { ...fault, content: reply.content, ...(reply.usage && !fault.usage ? { usage: reply.usage } : {}) };
}

function readReply(rule: ScriptRule, conversation: Conversation): Answer | Promise<Answer> {
  return typeof rule.reply === "function" ? rule.reply(conversation) : rule.reply;
}

function isMatch(match: ScriptMatch | undefined, conversation: Conversation): boolean {
  if (match === undefined) return true;
  if (typeof match === "function") return match(conversation);
  return conversation.agent === match || conversation.system.includes(match);
}

function isLeft<T>(uses: Map<T, number>, key: T, times: number | undefined): boolean {
  return times === undefined || (uses.get(key) ?? 0) < times;
}

function count<T>(uses: Map<T, number>, key: T): void {
  uses.set(key, (uses.get(key) ?? 0) + 1);
}

function renderUnmatched(
  conversation: Conversation,
  rules: readonly ScriptRule[],
  uses: Map<ScriptRule, number>,
): Answer {
  const usedUp = rules.filter((rule) => !isLeft(uses, rule, rule.times)).length;
  const tools = conversation.tools.length > 0 ? conversation.tools.join(", ") : "none";
  const text = conversation.lastUserText;
  const results = conversation.toolResults.map((use) => use.name).join(", ");
  const message = [
    `No rule of the scripted model matches this request (${rules.length} rules, ${usedUp} used up).`,
    `Agent: ${conversation.agent ?? "none named in the system prompt"}.`,
    `System prompt: ${JSON.stringify(cut(conversation.system))}.`,
    `Last user text: ${JSON.stringify(cut(text))}.`,
    results ? `Tool results just received: ${results}.` : "",
    `Turns so far: ${conversation.turns}. Tools: ${cut(tools)}.`,
  ];
  return {
    fault: "status",
    status: 400,
    errorType: "invalid_request_error",
    message: message.filter((line) => line !== "").join(" "),
  };
}

function cut(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

import { estimateRange, estimateTokens, messageFrame } from "../tokens/estimate-tokens.ts";
import type { AssembledContext, ContextPart } from "./assemble-context.ts";

/** Share of its estimate that a text surely takes, though it is trimmed. */
const SURELY = 0.5;

export type PartName = Omit<ContextPart, "tokens">;

/** Collects the parts of a context under a budget, and remembers what was left out. */
export class ContextBuilder {
  private readonly parts: string[] = [];
  private readonly included: ContextPart[] = [];
  private readonly leftOut: (() => ContextPart[])[] = [];
  private used = 0;
  private readonly budget: number;
  private readonly isEstimating: boolean;
  private readonly count: (text: string) => number;
  private readonly countWhole: (text: string) => number;

  constructor(budget: number, countTokens: ((text: string) => number) | undefined) {
    this.budget = countTokens ? budget : budget - Math.ceil(messageFrame());
    this.isEstimating = countTokens === undefined;
    this.count = countTokens ?? countPart;
    this.countWhole = countTokens ?? estimateTokens;
  }

  /** Keeps room for a text that {@link addReserved} adds at the end. */
  reserve(text: string): void {
    this.used += this.cost(text);
  }

  addReserved(name: PartName, text: string): void {
    this.included.push({ ...name, tokens: this.cost(text) });
    this.parts.push(text);
  }

  /** Adds a text when it fits this share of the budget; false when it does not. */
  add(name: PartName, text: string, share = 1): boolean {
    if (!this.take(name, text, share)) return false;
    this.parts.push(text);
    return true;
  }

  addOrLeave(name: PartName, text: string): void {
    if (!this.add(name, text)) this.leave({ ...name, reason: `${name.reason}, but the budget is used up` }, text);
  }

  /** Takes room for a text that {@link write} puts in later. */
  take(name: PartName, text: string, share = 1): boolean {
    const tokens = this.cost(text);
    if (this.used + tokens > this.budget * share) return false;
    this.used += tokens;
    this.included.push({ ...name, tokens });
    return true;
  }

  write(text: string): void {
    this.parts.push(text);
  }

  leave(name: PartName, text: string): void {
    const part = { ...name, tokens: this.cost(text) };
    this.leftOut.push(() => [part]);
  }

  /** Leaves many parts, which are only named when somebody asks: their tokens were estimated before, or are counted by the caller's counter. */
  leaveLater<T>(
    items: readonly T[],
    read: (item: T) => { name: PartName; estimate: number; text: () => string },
  ): void {
    this.leftOut.push(() =>
      items.map((item) => {
        const { name, estimate, text } = read(item);
        return { ...name, tokens: this.isEstimating ? estimate : this.cost(text()) };
      }),
    );
  }

  /** Whether a text of this estimate is clearly over what is left of this share of the budget; its text need not be read then. */
  isHopeless(estimate: number, share = 1): boolean {
    return this.isEstimating && this.used + estimate * SURELY > this.budget * share;
  }

  finish(complete: boolean): AssembledContext {
    const text = this.parts.join("\n");
    const { included, leftOut } = this;
    let named: ContextPart[] | undefined;
    return {
      text,
      tokens: this.countWhole(text),
      complete,
      included,
      get leftOut() {
        named ??= leftOut.flatMap((name) => name());
        return named;
      },
    };
  }

  /** Tokens of a part, with the line between it and the next. */
  cost(text: string): number {
    return this.count(text) + 1;
  }
}

/** The estimate of one part: the message's frame counts once, for all of them. */
function countPart(text: string): number {
  return Math.ceil(estimateRange(text, { start: 0, end: text.length }));
}

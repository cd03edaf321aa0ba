import type { AssembledContext, ContextPart } from "./assemble-context.ts";

export type PartName = Omit<ContextPart, "tokens">;

/** Collects the parts of a context under a budget, and remembers what was left out. */
export class ContextBuilder {
  private readonly parts: string[] = [];
  private readonly included: ContextPart[] = [];
  private readonly leftOut: ContextPart[] = [];
  private used = 0;
  private readonly budget: number;
  private readonly count: (text: string) => number;

  constructor(budget: number, count: (text: string) => number) {
    this.budget = budget;
    this.count = count;
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
    this.leftOut.push({ ...name, tokens: this.cost(text) });
  }

  finish(complete: boolean): AssembledContext {
    const text = this.parts.join("\n");
    return { text, tokens: this.count(text), complete, included: this.included, leftOut: this.leftOut };
  }

  /** With the line between two parts. */
  private cost(text: string): number {
    return this.count(text) + 1;
  }
}

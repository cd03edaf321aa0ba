import type { Span } from "@ccb/core";
import { type Label, parseLabel } from "./_labels.ts";
import { modeOfPath, type SectionMode } from "./_section-mode.ts";

const BOLD_LEVEL = 7;
const ENDPOINT_TITLE = /^(?:[\d.]+\s+)?(?:GET|POST|PUT|PATCH|DELETE|HEAD)\s+\/\S*/;

/** A heading that may itself be a requirement: it has a label, or names an endpoint. */
export interface PendingHeading {
  title: string;
  label: Label | undefined;
  endpoint: boolean;
  span: Span;
  /** Something under it was taken for a requirement. */
  used: boolean;
}

/** The headings above the place that is read. */
export class HeadingTrail {
  pending: PendingHeading | undefined;
  private readonly open: { level: number; title: string }[] = [];
  private known: SectionMode | undefined;
  private readonly titled: boolean;

  /** `titled`: the document's one top heading is its title and says nothing about a section. */
  constructor(titled: boolean) {
    this.titled = titled;
  }

  enter(title: string, level: number, span: Span): void {
    while ((this.open.at(-1)?.level ?? 0) >= level) this.open.pop();
    this.open.push({ level, title });
    this.known = undefined;
    const label = parseLabel(`${title} `);
    const named = label && /[A-Za-z]/.test(label.name) ? label : undefined;
    const endpoint = ENDPOINT_TITLE.test(title);
    const rest = named ? title.slice(named.length) : title;
    this.pending =
      (named && rest !== "") || endpoint ? { title: rest, label: named, endpoint, span, used: false } : undefined;
  }

  /** A paragraph that is one bold phrase stands for a heading below all others. */
  enterBold(title: string): void {
    if (this.open.at(-1)?.level === BOLD_LEVEL) this.open.pop();
    this.open.push({ level: BOLD_LEVEL, title });
    this.known = undefined;
  }

  titles(): string[] {
    return this.open.map((entry) => entry.title);
  }

  mode(): SectionMode {
    this.known ??= modeOfPath(this.titled ? this.titles() : ["", ...this.titles()]);
    return this.known;
  }

  isEndpoint(): boolean {
    return this.open.some((entry) => ENDPOINT_TITLE.test(entry.title));
  }

  /** Whether the place is about stored data. */
  isModel(): boolean {
    return this.open.some((entry) =>
      /\b(?:data models?|entit(?:y|ies)|schemas?|models?|fields|resources?|objects?|tables?|data)\b/i.test(entry.title),
    );
  }
}

import type { MicroUsd } from "./cost-meter.ts";
import type { CallScope } from "./scope.ts";
import type { Usage } from "./usage.ts";

/** The steps of a build before and after the tasks, in order. */
export const buildStages = [
  "intake",
  "mcp",
  "analysis",
  "plan",
  "criteria",
  "instructions",
  "execution",
  "validation",
  "documents",
  "summary",
] as const;
export type BuildStage = (typeof buildStages)[number];

/** Where a build is in its life. `failed` covers every end that is not `done`; the outcome says which. */
export type BuildLifecycle =
  | "initializing"
  | "configuring-mcp"
  | "preparing-build"
  | "building"
  | "pausing"
  | "paused"
  | "completing"
  | "done"
  | "failed";

/** How a build ended. */
export type BuildOutcome = "done" | "planned" | "acceptance-failed" | "budget-reached" | "stopped" | "failed";

/** A finding in generated code, as events and reports hold it. */
export interface JudgedFinding {
  rule: string;
  /** Relative to the project, with "/". */
  path: string;
  /** From 1. */
  line: number;
  reason: string;
  excerpt: string;
  /** A waiver names it. */
  codeHash: string;
}

/** What came of one area of the production validator, as events and reports hold it. */
export interface JudgedArea {
  /** "lint", "service", "readme", … */
  area: string;
  /** `not-run` is never a pass: `why` says what was missing. */
  status: "passed" | "failed" | "not-run";
  why: string;
  commands: string[];
  durationMs: number;
  findings: { area: string; reason: string; path?: string; line?: number; output?: string }[];
}

/** What a build tells, without the time and number that every event carries. Order: see the README of `@ccb/core`. */
export type BuildEventBody =
  | {
      type: "build-start";
      build: string;
      project: string;
      directory: string;
      model: string;
      resumed: boolean;
      /** Counts the runs of the program on the directory, from 1. */
      run?: number;
      /** What the build may cost at most; undefined without a cap. */
      capMicroUsd?: MicroUsd;
      /** What earlier runs have cost. */
      spentMicroUsd?: MicroUsd;
    }
  /** Told once after `build-start`: what the operating system holds sessions to. `isLack` where it is less than the user could have. */
  | { type: "confinement-chosen"; kind: "bubblewrap" | "off"; reason: string; isLack: boolean }
  | {
      type: "build-end";
      outcome: BuildOutcome;
      reason: string;
      directory: string;
      costMicroUsd: MicroUsd;
      durationMs: number;
    }
  | {
      /** This process sends a key to a model server from here on. Once a run of the program for each key and server; never the key itself. */
      type: "key-used";
      /** First 8 hexadecimal digits of the key's SHA-256. */
      key: string;
      kind: "api-key" | "auth-token";
      /** Where it came from: "environment variable ANTHROPIC_API_KEY". */
      from: string;
      /** Address of the server. */
      upstream: string;
      /** The models of a route; undefined for the server that all others go to. */
      models?: string[];
      /** What the user started: "ccb init". */
      command: string;
    }
  | { type: "state-changed"; from: BuildLifecycle; to: BuildLifecycle; reason: string }
  | { type: "stage-start"; stage: BuildStage }
  | { type: "stage-end"; stage: BuildStage; reused: boolean; durationMs: number; summary: string }
  | {
      type: "forecast-made";
      lowMicroUsd: MicroUsd;
      expectedMicroUsd: MicroUsd;
      highMicroUsd: MicroUsd;
      calls: number;
      tokens: number;
      /** What it rests on: the specification alone, before anything is paid for, or the plan. */
      basis?: "specification" | "plan";
    }
  /** `number` counts the phases of the plan from 1. */
  | { type: "phase-start"; phase: string; name: string; number: number; tasks: number }
  | {
      type: "phase-end";
      phase: string;
      passed: boolean;
      criteriaPassed: number;
      criteriaTotal: number;
      durationMs: number;
    }
  | { type: "task-start"; phase: string; task: string; name: string; attempt: number }
  | { type: "task-progress"; phase: string; task: string; message: string }
  | {
      type: "task-end";
      phase: string;
      task: string;
      outcome: "done" | "failed" | "reused";
      reason: string;
      commit: string | undefined;
      files: number;
      durationMs: number;
    }
  | {
      type: "recovery-chosen";
      phase: string;
      task: string;
      attempt: number;
      /** The kind of failure: "rate-limit", "timeout", "file-conflict", … */
      failure: string;
      /** What is done about it: "retry", "fail-task", "pause-build", "stop-build". */
      action: string;
      why: string;
    }
  | {
      /**
       * What the gate saw in a session's work before it may be committed: `mend` sends the findings back to the session, `refused` ends the task since the rounds
       * of mending are used up. `noted` are findings that are told and stop nothing.
       */
      type: "gate-judged";
      phase: string;
      task: string;
      /** From 1 in each attempt. */
      round: number;
      outcome: "clean" | "mend" | "refused";
      findings: JudgedFinding[];
      noted: JudgedFinding[];
      /** Findings that a person has signed for. */
      waived: (JudgedFinding & { signedBy: string; why: string })[];
      /** Files of code that were read. */
      files: number;
      durationMs: number;
    }
  | {
      /** What keeps the whole project from production, once its phases are built: `repair` makes work of it, `left` ends the build as not accepted. */
      type: "production-judged";
      /** From 1. */
      round: number;
      outcome: "ready" | "repair" | "left";
      areas: JudgedArea[];
      durationMs: number;
    }
  | {
      /** A task's work could not be brought onto the main line as it is, and goes back to a session. */
      type: "merge-refused";
      phase: string;
      task: string;
      /** Lines that both sides changed, or checks that fail on the merged files. */
      cause: "conflict" | "tests";
      /** Files with a conflict. */
      files: string[];
      /** Criteria that failed. */
      criteria: string[];
    }
  | {
      type: "criterion-checked";
      phase: string;
      criterion: string;
      description: string;
      passed: boolean;
      summary: string;
      durationMs: number;
    }
  | { type: "mcp-used"; phase: string; task: string; server: string; tool: string; succeeded: boolean }
  | { type: "mcp-unavailable"; server: string; reason: string }
  | {
      /**
       * A required call was missing where it had to have happened: the model was told before (`refused`) or after it did what needed the call (`noticed`), or the limit of
       * refusals was reached (`given-up`).
       */
      type: "mcp-violated";
      phase: string;
      task: string;
      point: string;
      servers: string[];
      refusal: number;
      severity?: "critical" | "warning";
      outcome?: "refused" | "noticed" | "given-up";
      /** Why each server does not count as used, from its recorded calls. */
      evidence?: string[];
    }
  | {
      /** What a session came to at one point of the MCP policy, for one server; the compliance report counts these. */
      type: "mcp-judged";
      phase: string;
      task: string;
      attempt: number;
      point: string;
      server: string;
      level: "required" | "preferred";
      met: boolean;
      /** The call that counts (tool, id and time), or why none does. */
      evidence: string;
    }
  | {
      /** Tests were written for functions of one file that no test named; `path` is the file of those that were proven, undefined where none was. */
      type: "tests-generated";
      source: string;
      path: string | undefined;
      /** Functions that a kept test proves. */
      proven: string[];
      /** Tests that were not kept: the gate refuses them, they fail, or they pass although their function is emptied. */
      refused: { target: string; reason: "gate" | "failed" | "proves-nothing"; why: string }[];
      /** Functions that were left out, with the writer's reason. */
      left: { target: string; why: string }[];
    }
  | {
      /** Once a build is done: what the OSV database knows of the packages that the project's lock files name. */
      type: "packages-checked";
      packages: number;
      found: {
        name: string;
        version: string;
        /** The database's id. */
        id: string;
        severity: string;
        summary: string;
        /** First version without it, where one is known. */
        fixedIn?: string;
      }[];
      /** Why nothing could be found out; then nothing is claimed. */
      notChecked?: string;
    }
  | {
      type: "call-end";
      scope: CallScope;
      model: string;
      outcome: string;
      usage: Usage;
      costMicroUsd: MicroUsd | undefined;
      totalMicroUsd: MicroUsd;
      latencyMs: number;
      /** Milliseconds to the first byte of the answer. */
      firstByteMs?: number;
      /** HTTP status of the answer, where one came. */
      status?: number;
      /** The model that was asked for, where another answered. */
      askedModel?: string;
      maxTokens?: number;
      /** Id of the message ("msg_…"). */
      responseId?: string;
      stopReason?: string;
    }
  | { type: "call-refused"; scope: CallScope; model: string; reason: string }
  /** A planning call was answered with what the model had answered before to the same request: nothing was sent, nothing is paid for. */
  | { type: "call-recalled"; scope: CallScope }
  | {
      type: "progress";
      doneTasks: number;
      totalTasks: number;
      costMicroUsd: MicroUsd;
      elapsedMs: number;
      remainingMs: number | undefined;
    }
  | {
      /** A threshold of the user's was crossed; told once until `alert-cleared` says that it holds again. */
      type: "alert-raised";
      alert: string;
      /** Whom it is about, for example a task; undefined for the whole build. */
      subject?: string;
      value: number;
      threshold: number;
      message: string;
    }
  | { type: "alert-cleared"; alert: string; subject?: string; value: number; threshold: number; message: string }
  | { type: "warning"; message: string };

/** One event of a build: what happened, its number in the build (from 1, no gaps) and when (ISO 8601). */
export type BuildEvent = BuildEventBody & { sequence: number; at: string };

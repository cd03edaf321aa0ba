import type { ApiCallLog, BuildEvent, Clock } from "@ccb/core";
import { createApiCallLog, createAuditLog, createLogFiles, type LogRotation, type OutputStream } from "@ccb/logging";
import type { Store } from "@ccb/store";
import type { AuditHead } from "../proof/audit-heads.ts";
import { listAuditedFiles } from "../proof/list-audited-files.ts";
import { listEventsAfter } from "../report/read-build-record.ts";
import type { ProjectPaths } from "./project-paths.ts";

/** The logs of a build under way: for people, for programs, and the one that vouches for both. */
export interface BuildLogs {
  /** Writes an event that is in the journal. */
  event(event: BuildEvent): void;
  calls: ApiCallLog;
  /** A place for what a session's process writes to its standard error; each line is a record of "claude-code". */
  output(of: { phase: string; task: string; attempt: number }): OutputStream;
  /** Number and hash of the audit log's last record, which is on the disk then. */
  auditHead(): AuditHead;
  /** Vouches for the artifacts as they are now, and closes the files. */
  close(): void;
}

/** Opens the logs. Events that the journal has and a power cut took from the audit log are added to it first. */
export function openBuildLogs(options: {
  /** With the journal's tables. */
  store: Store;
  paths: ProjectPaths;
  redact: (text: string) => string;
  clock: Clock;
  rotation: LogRotation | undefined;
}): BuildLogs {
  const { store, paths, redact, clock, rotation } = options;
  const files = createLogFiles({ directory: paths.logs, redact, clock, rotation });
  const audit = createAuditLog({ path: paths.auditLog, redact, clock });
  audit.restore(listEventsAfter(store, audit.lastEvent()));
  return {
    event(event) {
      files.event(event);
      audit.event(event);
    },
    calls: createApiCallLog({ directory: paths.apiCalls, redact, clock, onWritten: (call) => audit.call(call) }),
    output: (of) => files.stream("claude-code", "debug", of),
    auditHead: () => audit.head(),
    close() {
      audit.files(listAuditedFiles(paths.root));
      audit.close();
      files.close();
    },
  };
}

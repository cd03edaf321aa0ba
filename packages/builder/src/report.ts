/** `@ccb/builder/report`: what a build has left, read and rendered without Claude Code, its SDK or a server. */
export { projectMigrations } from "./journal/project-migrations.ts";
export { type ProjectPaths, planProjectPaths } from "./project/project-paths.ts";
export { type AuditCommit, readAuditCommits, readAuditHeads } from "./proof/audit-heads.ts";
export type { ProofReport } from "./proof/check-proof.ts";
export { type BundleReport, type ExportedProof, exportProof, verifyBundle } from "./proof/proof-bundle.ts";
export { verifyLogFile, verifyProject } from "./proof/verify-project.ts";
export { analyzeBuild, type BuildAnalytics, type TimelineBar } from "./report/analyze-build.ts";
export { type BuildRecord, type RecordedCall, readBuildRecord } from "./report/read-build-record.ts";
export { renderReportMarkdown, renderReportText } from "./report/render-report.ts";
export { renderReportHtml } from "./report/render-report-html.ts";
export { journalFiles, writeJournals } from "./report/write-journals.ts";

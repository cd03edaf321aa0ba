import { formatCount } from "./_format.ts";
import type { PackagesCheck } from "./analyze-build.ts";
import type { ReportSection } from "./report-sections.ts";

/** What is known of the packages: how many were looked up, and each known vulnerability. Pure; nothing where nobody asked. */
export function planPackageSections(check: PackagesCheck | undefined): ReportSection[] {
  if (check === undefined) return [];
  const { packages, found, notChecked } = check;
  const verdict =
    notChecked === undefined
      ? [
          ["Packages looked up", formatCount(packages)],
          ["Known vulnerabilities", formatCount(found.length)],
        ]
      : [
          ["Packages", formatCount(packages)],
          ["Not checked", notChecked],
        ];
  const rows = found.map(({ name, version, id, severity, summary, fixedIn }) => [
    `${name} ${version}`,
    id,
    severity,
    fixedIn ?? "no fix known",
    summary,
  ]);
  return [
    { title: "Packages", columns: ["", ""], rows: verdict },
    { title: "Known vulnerabilities", columns: ["Package", "Id", "Severity", "Fixed in", "What"], rows },
  ];
}

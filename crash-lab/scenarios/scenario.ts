import type { Run } from "../drive/open-run.ts";

/** One way to disturb a build. */
export interface Scenario {
  name: string;
  /** What is done, in one line. */
  what: string;
  /** What a machine must have; elsewhere the scenario is skipped, and that is said. */
  needs?: "preload" | "root";
  /** How often it is chosen when the scenario is not named; 1 when omitted. */
  weight?: number;
  /** Starts CCB and disturbs it. Afterwards the laboratory goes on with the same command until the build is done. */
  disturb(run: Run): Promise<void>;
}

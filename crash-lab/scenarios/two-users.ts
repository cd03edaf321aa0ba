import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { changedSpecification, changedTask, specification } from "../product/ledger-product.ts";
import type { Scenario } from "./scenario.ts";

/** Exit code for a directory that another process holds. */
const locked = 7;

/** What people do to a build. */
export const userScenarios: readonly Scenario[] = [
  {
    name: "two-processes",
    what: "a second process on the same directory is refused with exit code 7, also while the first dies",
    async disturb(run) {
      const first = run.start();
      if (!(await first.until((event) => event.type === "task-start"))) return;
      const second = run.start();
      run.disturb("a second process");
      const { code, stderr } = await second.ended;
      run.expect(
        code === locked,
        `the second process ended with ${code}, expected ${locked}: ${stderr.trim().slice(-300)}`,
      );
      run.expect(/pid \d+/.test(stderr), "the refusal does not say which process holds the directory");
      await delay(run.random.between(0, 2000));
      run.disturb("kill -9 of the first, and two starts at once");
      void first.crash();
      const [left, right] = [run.start(), run.start()];
      const codes = [(await left.ended).code, (await right.ended).code];
      // One of the two, or both where the first was still dying, is refused; the other builds.
      run.expect(codes.includes(locked), `two processes at once ended with ${codes.join(" and ")}`);
      run.expect(
        codes.every((one) => one === 0 || one === locked),
        `they ended with ${codes.join(" and ")}`,
      );
    },
  },
  {
    name: "spec-changed",
    what: "one requirement is worded differently between a stop and a resume, and back again",
    async disturb(run) {
      run.reopened.add(changedTask);
      run.onlyFirstCommand = true;
      const ccb = run.start();
      const last = run.random.pick(["units", "calendar", "index"]);
      if (!(await ccb.until((event) => event.type === "task-end" && event.task === last))) return;
      run.disturb("kill -9, and the specification is changed");
      await ccb.crash();
      const path = join(run.folder, "spec.md");
      writeFileSync(path, changedSpecification);
      const changed = run.start();
      await changed.until((event) => event.type === "task-start" || event.type === "build-end");
      await delay(run.random.between(0, 1500));
      run.disturb("kill -9, and the specification is as it was");
      await changed.crash();
      writeFileSync(path, specification);
    },
  },
];

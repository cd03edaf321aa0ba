import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "@ccb/testing";
import type { Run } from "../drive/open-run.ts";
import type { Scenario } from "./scenario.ts";

type StatusFault = Extract<Fault, { fault: "status" }>;

function refuse(status: number, errorType: string, message: string): StatusFault {
  return { fault: "status", status, errorType, message };
}

interface FaultPlan {
  name: string;
  what: string;
  fault: Fault;
  /** How often in a row. */
  times: number;
}

const plans: readonly FaultPlan[] = [
  {
    name: "model-429",
    what: "429 with retry-after",
    times: 2,
    fault: { ...refuse(429, "rate_limit_error", "slow down"), headers: { "retry-after": "1" } },
  },
  { name: "model-529", what: "529 twice in a row", times: 2, fault: refuse(529, "overloaded_error", "Overloaded") },
  {
    name: "model-cut",
    what: "the stream is cut after three events",
    times: 1,
    fault: { fault: "cut", afterChunks: 3 },
  },
  {
    name: "model-overflow",
    what: "the prompt is refused as too long",
    times: 1,
    fault: refuse(400, "invalid_request_error", "prompt is too long: 250000 tokens > 200000 maximum"),
  },
  {
    name: "model-bad-json",
    what: "the JSON of an answer or a tool call is cut off",
    times: 1,
    fault: { fault: "invalid-json" },
  },
];

/** What the model server does to a build. */
export const modelScenarios: readonly Scenario[] = [
  ...plans.map(
    (plan): Scenario => ({
      name: plan.name,
      what: `${plan.what}, at three places of the build`,
      async disturb(run) {
        for (const number of chooseCalls(run)) {
          run.model.plan({ when: (call) => call.number >= number, times: plan.times, fault: plan.fault });
          run.disturb(`${plan.name} from call ${number}`);
        }
        await run.start().ended;
      },
    }),
  ),
  {
    name: "model-401",
    what: "the key is refused in the middle of the build: CCB stops and asks, and goes on once the key is good",
    async disturb(run) {
      const from = run.random.between(2, 38);
      const wrong = {
        when: (call: { number: number }) => call.number >= from,
        times: 1000,
        fault: refuse(401, "authentication_error", "invalid x-api-key"),
      };
      run.model.plan(wrong);
      run.disturb(`401 from call ${from}`);
      const ccb = run.start();
      const startedMs = performance.now();
      const tooLong = delay(run.undisturbedMs + 60_000, undefined, { ref: false }).then(() => ccb.kill("SIGINT"));
      const { code, stderr } = await Promise.race([ccb.ended, tooLong.then(() => ccb.ended)]);
      const refused = 1000 - wrong.times;
      wrong.times = 0;
      run.expect(code !== 0, "the build ended as done without a key");
      run.expect(
        refused <= 3,
        `the refused key was tried ${refused} times (${Math.round((performance.now() - startedMs) / 1000)} s)`,
      );
      run.expect(
        /key|credential|401|authenticat/i.test(stderr),
        `the message does not name the key: ${stderr.trim().slice(-300)}`,
      );
    },
  },
  {
    name: "model-slow",
    what: "every answer takes 1.5 seconds, and CCB is killed while it waits",
    async disturb(run) {
      run.model.slowDown(1500);
      for (let kill = 1; kill <= 3; kill++) {
        const ccb = run.start();
        const before = run.model.calls().length;
        const from = before + run.random.between(1, 6);
        await Promise.race([untilCalls(run, from), ccb.ended]);
        await delay(run.random.between(0, 1400));
        run.disturb("kill -9 while the model thinks");
        await ccb.crash();
      }
      run.model.slowDown(0);
    },
  },
  {
    name: "model-down",
    what: "the model server cannot be reached for three seconds in the middle of the build",
    async disturb(run) {
      const ccb = run.start();
      await Promise.race([untilCalls(run, run.random.between(3, 30)), ccb.ended]);
      run.disturb("the model server is down");
      await run.model.takeDown();
      await delay(3000);
      await run.model.bringUp();
      await ccb.ended;
    },
  },
  {
    name: "tool-loop",
    what: "a session makes the same tool call for ever",
    async disturb(run) {
      const task = run.random.pick(["dates", "taxes", "balance"]);
      run.model.loop(task, 40);
      run.disturb(`the session of ${task} loops`);
      await run.start().ended;
      const turns = run.model.loop(task, 0);
      run.expect(turns < 40, `the loop was let go on for ${turns} turns`);
    },
  },
];

function chooseCalls(run: Run): number[] {
  return [run.random.between(1, 6), run.random.between(7, 20), run.random.between(21, 38)];
}

async function untilCalls(run: Run, count: number): Promise<void> {
  while (run.model.calls().length < count) await delay(20);
}

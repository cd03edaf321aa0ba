import { type BuildEvent, type BuildEventBody, systemClock } from "@ccb/core";
import { expect, test } from "vitest";
import { openAlerts } from "./open-alerts.ts";

test("an alert whose command fails while the build is being closed is told as failed", async () => {
  const told: BuildEventBody[] = [];
  const alerts = openAlerts({
    rules: { failedTasks: 1, command: ["sh", "-c", "sleep 0.3; exit 3"] },
    journal: { events: () => [] },
    emit: (body) => told.push(body),
    about: {},
    environment: { PATH: process.env.PATH ?? "" },
    clock: systemClock,
  });
  const event = {
    type: "recovery-chosen",
    phase: "p",
    task: "t",
    attempt: 1,
    failure: "unknown",
    action: "fail-task",
    why: "it broke",
    sequence: 1,
    at: new Date().toISOString(),
  } satisfies BuildEvent;
  alerts.take(event);
  await Promise.resolve();
  await alerts.close();
  expect(told.map(({ type }) => type)).toEqual(["alert-raised", "warning"]);
  expect(told[1]).toMatchObject({ message: expect.stringMatching(/command/) });
});

import { extractRequirements } from "@ccb/context";
import { offlineModelId, type Plan, renderPromptSection, validatePlan } from "@ccb/core";
import { describe, expect, it } from "vitest";
import { readPrompt } from "../request/read-prompt.ts";
import { parseServiceModel } from "../service/index.ts";
import { planBuild } from "./plan-build.ts";
import { findTaskParts } from "./service-parts.ts";

function plan(text: string, executor: string): Plan {
  const made = planBuild(
    readPrompt(
      [
        renderPromptSection({ name: "specification", attributes: { complete: "true", title: "" }, content: text }),
        renderPromptSection({ name: "executor", attributes: { model: executor }, content: "" }),
      ].join("\n\n"),
    ),
  );
  const ids = extractRequirements(text).map(({ id }) => id);
  expect(validatePlan(made, ids)).toEqual([]);
  return made;
}

const rooms = `# Rooms

A TypeScript service for rooms and bookings.

## Rooms

| field | type | rules |
|---|---|---|
| name | string | required, unique, max 40 |
| seats | integer | min 1 |

## Bookings

| field | type | rules |
|---|---|---|
| room_id | reference to Room | required |
| day | date | required |

- Rooms can be created, read, updated, listed and deleted.
- Bookings can be created, read, listed and deleted.
- Every list must be paginated.
- The API must be described as OpenAPI at \`/openapi.json\`.
- The service must send an email for each booking.
- The service must hire two engineers as technicians.
`;

describe("planBuild for the offline model", () => {
  it("plans the parts of the service, puts requirements where they are built, and waives the rest with the reason", () => {
    const { phases, waivers } = plan(rooms, offlineModelId);
    const tasks = phases.flatMap((phase) => phase.tasks);
    expect(tasks.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
      ["foundation", []],
      ["entity-room", ["foundation"]],
      ["entity-booking", ["foundation", "entity-room"]],
      ["api", ["foundation", "entity-room", "entity-booking"]],
    ]);
    const where = (words: string) => {
      const id = extractRequirements(rooms).find(({ text }) => text.includes(words))?.id ?? "";
      return tasks.filter((task) => task.requirementIds.includes(id)).map((task) => task.id);
    };
    expect(where("paginated")).toEqual(["entity-room", "entity-booking"]);
    expect(where("OpenAPI")).toEqual(["api"]);
    expect(waivers.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^The offline model cannot build this: .*messages/),
      expect.stringMatching(/^The offline model cannot build this: /),
    ]);
  });

  it("plans nothing for a specification without a service", () => {
    const text =
      "# Report\n\n## Conclusion\n\n1. **Real testing**: no mocks, real data only\n2. **Resume**: must continue where it was left\n";
    expect(plan(text, offlineModelId).phases).toEqual([]);
  });
});

describe("planBuild for any other model", () => {
  it("covers everything but what no software can fulfil, and suggests files in the language that is named", () => {
    const { phases, waivers } = plan(rooms, "claude-opus-5-5");
    expect(waivers).toHaveLength(1);
    expect(waivers[0]?.reason).toContain("hiring");
    expect(phases[0]?.tasks[0]?.files).toEqual(["package.json", "tsconfig.json", "README.md"]);
  });

  it("makes no task that passes for a part of an offline service", () => {
    const tasks = plan(rooms, "claude-opus-5-5").phases.flatMap((phase) => phase.tasks);
    const model = parseServiceModel(rooms);
    expect(tasks.flatMap((task) => findTaskParts(model, task))).toEqual([]);
  });
});

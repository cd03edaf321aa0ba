import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BuildEvent } from "@ccb/core";
import type { ContentBlock, Conversation } from "@ccb/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gitIn, listCommittedTasks, runFilesBuild } from "../../test-support/run-files-build.ts";
import { type FileTask, playFiles } from "../../test-support/scripted-files.ts";

let cwd: string;

beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-gate-")));
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

const swallowing = `export async function pay(order) {
  try {
    await order.charge();
  } catch {}
}
`;
const honest = `export async function pay(order) {
  await order.charge();
}
`;

/** Changes nothing when it is sent back. */
const stubborn = (first: string) => (_task: string, conversation: Conversation) =>
  playRounds(conversation, [first, "true", "true"]);

const tasks: FileTask[] = [{ id: "pay", writes: { "src/pay.js": swallowing } }];

const judged = (events: readonly BuildEvent[]) =>
  events.flatMap((event) =>
    event.type === "gate-judged"
      ? [`${event.round} ${event.outcome} ${event.findings.map(({ rule }) => rule)}`.trim()]
      : [],
  );

/** How often the session was sent back by the gate. */
const timesSentBack = ({ request }: Conversation) =>
  request.messages.filter(
    ({ role, content }) => role === "user" && JSON.stringify(content).includes("does not take it yet"),
  ).length;

/** One turn of work for each time the session is told something, each ended by a text. */
async function playRounds(conversation: Conversation, commands: string[]): Promise<ContentBlock[]> {
  const round = timesSentBack(conversation);
  const played = conversation.toolUses.filter(({ name }) => name === "Bash").length;
  const command = commands[round];
  if (command === undefined || played > round) return [{ type: "text", text: "Done." }];
  return [
    { type: "tool_use", name: "Bash", input: { command, description: "Work" } },
    ...playFiles({}, { ...conversation, toolUses: [] }, `pay ${round}`).filter(
      (block) => block.type === "tool_use" && block.name !== "Bash",
    ),
  ];
}

const write = (path: string, text: string) => `mkdir -p "$(dirname ${path})"; cat > ${path} <<'EOF'\n${text}EOF`;

test("a finding goes back to the session with its place and the reason, and what it mends is committed", async () => {
  const told: string[] = [];
  const { result, events } = await runFilesBuild({
    cwd,
    tasks,
    onSession: (_task, conversation) => {
      told.push(conversation.lastUserText);
      return playRounds(conversation, [write("src/pay.js", swallowing), write("src/pay.js", honest)]);
    },
  });
  expect(result.reason).toBe("Every phase is built.");
  expect(judged(events)).toEqual(["1 mend swallowed-error", "2 clean"]);
  expect(gitIn(cwd, "show", "HEAD~1:src/pay.js")).toBe(honest);
  expect(told.some((text) => /src\/pay\.js:4: .*\n.*catch \{\}/.test(text))).toBe(true);
  expect(events.filter(({ type }) => type === "task-start")).toHaveLength(1);
});

test("work that stays as it is fails its task, with nothing committed; a person's committed waiver lets it pass, a session's does not", async () => {
  const signFor = (codeHash: string, signedBy: string) =>
    `${JSON.stringify({
      waivers: [
        { path: "src/pay.js", rule: "swallowed-error", codeHash, signedBy, reason: "The bank tells us by mail." },
      ],
    })}\n`;
  let hash = "";
  const refused = await runFilesBuild({
    cwd,
    tasks,
    onSession: stubborn(write("src/pay.js", swallowing)),
    onEvent: (event) => {
      if (event.type === "gate-judged") hash = event.findings[0]?.codeHash ?? hash;
    },
  });
  expect(refused.result).toMatchObject({
    outcome: "failed",
    reason: expect.stringMatching(/Task "pay" failed: The gate refused .* src\/pay\.js:4 swallowed-error/),
  });
  expect(judged(refused.events)).toEqual([
    "1 mend swallowed-error",
    "2 mend swallowed-error",
    "3 refused swallowed-error",
  ]);
  expect(listCommittedTasks(cwd)).toEqual([]);

  const itself = write("gate-waivers.json", signFor(hash, "Claude"));
  const forging = await runFilesBuild({
    cwd,
    tasks,
    onSession: stubborn(
      `${write("src/pay.js", swallowing)}\n${itself}\ngit add -A && git -c user.name=x -c user.email=x@x commit -qm sign`,
    ),
  });
  expect(forging.result.outcome).toBe("failed");
  expect(judged(forging.events)[0]).toBe("1 mend edited-criteria,swallowed-error");

  expect(listCommittedTasks(cwd)).toEqual([]);

  // What the session committed by itself was not judged: it is in no later history, and what it signed does not count in the next run either.
  expect(gitIn(cwd, "log", "--format=%s")).not.toContain("sign");
  const again = await runFilesBuild({ cwd, tasks, onSession: stubborn(write("src/pay.js", swallowing)) });
  expect(again.result.outcome).toBe("failed");
  expect(again.events.some((event) => event.type === "warning" && event.message.includes("is not committed"))).toBe(
    true,
  );

  const out = join(cwd, "out");
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ann", "-c", "user.email=ann@example.com", ...args], { cwd: out });
  await writeFile(join(out, "gate-waivers.json"), signFor(hash, "Ann Example"));
  git("add", "gate-waivers.json");
  git("commit", "-qm", "Sign for the bank", "gate-waivers.json");
  const signed = await runFilesBuild({ cwd, tasks });
  expect(signed.result.reason).toBe("Every phase is built.");
  const last = signed.events.findLast((event) => event.type === "gate-judged");
  expect(last).toMatchObject({ outcome: "clean", waived: [{ rule: "swallowed-error", signedBy: "Ann Example" }] });
  expect(readFileSync(join(out, "gate-waivers.json"), "utf8")).toContain("Ann Example");
}, 120_000);

test("what a session changes of plan, criteria and evidence is put back, and its work does not count", async () => {
  let before = "";
  const { result, events } = await runFilesBuild({
    cwd,
    tasks: [{ id: "pay", writes: { "src/pay.js": honest } }],
    onEvent: (event) => {
      if (event.type === "task-start") before = readFileSync(join(cwd, "out", "artifacts", "criteria.json"), "utf8");
    },
    onSession: (_task, conversation) =>
      playRounds(conversation, [
        `${write("src/pay.js", honest)}\necho '[]' > artifacts/criteria.json; mkdir -p artifacts/evidence; echo '{"evidence":{"passed":true}}' > artifacts/evidence/PART-PAY.json`,
        "true",
      ]),
  });
  expect(result.outcome).toBe("done");
  expect(judged(events)).toEqual(["1 mend edited-criteria,edited-criteria", "2 clean"]);
  expect(readFileSync(join(cwd, "out", "artifacts", "criteria.json"), "utf8")).toBe(before);
});

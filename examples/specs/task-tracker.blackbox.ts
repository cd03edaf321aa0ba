import assert from "node:assert/strict";

// Written from task-tracker.md alone; knows nothing of the program that answers.

/** What the specification's answers may hold; which of it is there depends on the request. */
interface Body {
  id: string;
  name: string;
  archived: boolean;
  title: string;
  task_id: string;
  status: string;
  priority: string;
  estimate_hours: number;
  due_date: string | null;
  created_at: string;
  completed_at: string | null;
  items: Body[];
  total: number;
  error: { code: string; message: string; fields: { field: string }[] };
  openapi: string;
  paths: Record<string, Record<string, unknown>>;
}

interface Answer {
  status: number;
  headers: Headers;
  body: Body;
}

/** Checks a running task tracker against its specification. Throws an AssertionError at the first difference. */
export async function check(baseUrl: string, { token }: { token: string }): Promise<void> {
  const call = createCaller(baseUrl, token);
  await checkOperation(baseUrl, call);
  await checkAccess(baseUrl);
  await checkProjects(call);
  await checkTasks(call);
  await checkStates(call);
  await checkLists(call);
  await checkComments(call);
  await checkErrors(baseUrl, token, call);
}

type Caller = (method: string, path: string, body?: unknown) => Promise<Answer>;

function createCaller(baseUrl: string, token: string): Caller {
  return async (method, path, body) => {
    const response = await fetch(baseUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
  };
}

let serial = 0;

async function createProject(call: Caller) {
  serial += 1;
  const answer = await call("POST", "/projects", { name: `Project ${Date.now()} ${serial}` });
  assert.equal(answer.status, 201);
  return answer.body;
}

async function createTask(call: Caller, projectId: string, fields: Record<string, unknown> = {}) {
  const answer = await call("POST", `/projects/${projectId}/tasks`, { title: "Write the report", ...fields });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}

async function checkOperation(baseUrl: string, call: Caller): Promise<void> {
  const health = await fetch(`${baseUrl}/health`);
  assert.equal(health.status, 200);
  assert.deepEqual(await health.json(), { status: "ok" });
  const description = (await call("GET", "/openapi.json")).body;
  assert.match(description.openapi, /^3\.1/);
  assert.ok(description.paths["/tasks/{id}"]?.patch);
  assert.equal((await call("GET", "/projects")).status, 200);
}

async function checkAccess(baseUrl: string): Promise<void> {
  for (const headers of [{}, { authorization: "Bearer nonsense" }, { authorization: "Basic abc" }]) {
    const answer = await fetch(`${baseUrl}/tasks`, { headers });
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get("www-authenticate") ?? "", /bearer/i);
  }
}

async function checkProjects(call: Caller): Promise<void> {
  const project = await createProject(call);
  assert.equal(project.archived, false);
  assert.ok(Date.parse(project.created_at) > 0);
  const read = await call("GET", `/projects/${project.id}`);
  assert.deepEqual(read.body, project);
  const changed = await call("PATCH", `/projects/${project.id}`, { archived: true });
  assert.equal(changed.status, 200);
  assert.equal(changed.body.archived, true);
  assert.equal(changed.body.name, project.name);
  assert.equal((await call("POST", "/projects", { name: project.name })).status, 409);
  assert.equal((await call("PUT", `/projects/${project.id}`, { name: "x" })).status, 405);
  await createTask(call, project.id);
  assert.equal((await call("DELETE", `/projects/${project.id}`)).status, 409);
  const empty = await createProject(call);
  assert.equal((await call("DELETE", `/projects/${empty.id}`)).status, 204);
  assert.equal((await call("GET", `/projects/${empty.id}`)).status, 404);
}

async function checkTasks(call: Caller): Promise<void> {
  const project = await createProject(call);
  const created = await call("POST", "/tasks", {
    project_id: project.id,
    title: "Plan",
    due_date: "2031-05-02",
    start_date: "2031-05-01",
    estimate_hours: 2.5,
    assignee: "ada@example.com",
  });
  assert.equal(created.status, 201);
  assert.equal(created.headers.get("location"), `/tasks/${created.body.id}`);
  assert.equal(created.body.status, "todo");
  assert.equal(created.body.priority, "medium");
  assert.equal(created.body.estimate_hours, 2.5);
  assert.equal(created.body.completed_at, null);
  const bad: [string, unknown][] = [
    ["title", ""],
    ["title", "x".repeat(201)],
    ["title", null],
    ["status", "started"],
    ["priority", 3],
    ["assignee", "ada"],
    ["estimate_hours", 0.4],
    ["estimate_hours", 401],
    ["due_date", "2031-02-30"],
    ["due_date", "2031-04-30"],
    ["project_id", "00000000-0000-4000-8000-000000000000"],
  ];
  for (const [field, value] of bad) {
    const answer = await call("POST", "/tasks", {
      project_id: project.id,
      title: "Plan",
      start_date: "2031-05-01",
      [field]: value,
    });
    assert.equal(answer.status, 422, `${field} ${value}`);
    assert.equal(answer.body.error.code, "validation_error");
    assert.ok(
      answer.body.error.fields.some((problem: { field: string }) => problem.field === field),
      field,
    );
  }
  const both = await call("POST", "/tasks", { priority: "urgent" });
  assert.deepEqual(
    new Set(both.body.error.fields.map((problem: { field: string }) => problem.field)),
    new Set(["project_id", "title", "priority"]),
  );
  const late = await call("PATCH", `/tasks/${created.body.id}`, { due_date: "2031-04-01" });
  assert.equal(late.status, 422);
  const replaced = await call("PUT", `/tasks/${created.body.id}`, { project_id: project.id, title: "Plan again" });
  assert.equal(replaced.status, 200);
  assert.equal(replaced.body.due_date, null);
  assert.equal((await call("PUT", `/tasks/${created.body.id}`, { title: "No project" })).status, 422);
  assert.equal((await call("DELETE", `/tasks/${created.body.id}`)).status, 204);
}

async function checkStates(call: Caller): Promise<void> {
  const project = await createProject(call);
  const task = await createTask(call, project.id);
  assert.equal((await call("PATCH", `/tasks/${task.id}`, { status: "done" })).status, 409);
  assert.equal((await call("POST", `/tasks/${task.id}/complete`)).status, 409);
  assert.equal((await call("PATCH", `/tasks/${task.id}`, { status: "in_progress" })).status, 200);
  const done = await call("POST", `/tasks/${task.id}/complete`);
  assert.equal(done.status, 200);
  assert.equal(done.body.status, "done");
  assert.ok(Math.abs(Date.parse(done.body.completed_at ?? "") - Date.now()) < 60_000);
  assert.equal((await call("PATCH", `/tasks/${task.id}`, { status: "todo" })).status, 409);
  const cancelled = await createTask(call, project.id);
  assert.equal((await call("PATCH", `/tasks/${cancelled.id}`, { status: "cancelled" })).status, 200);
  assert.equal((await call("PATCH", `/tasks/${cancelled.id}`, { status: "todo" })).status, 409);
}

async function checkLists(call: Caller): Promise<void> {
  const project = await createProject(call);
  const titles = ["Paint the fence", "Mow the lawn", "Water 100% of the plants", "Paint the door", "Sweep"];
  for (const [index, title] of titles.entries()) {
    await createTask(call, project.id, {
      title,
      due_date: `2032-01-0${index + 1}`,
      priority: index < 2 ? "high" : "low",
    });
  }
  const list = `/projects/${project.id}/tasks`;
  const first = await call("GET", `${list}?page_size=2`);
  assert.deepEqual({ ...first.body, items: first.body.items.length }, { items: 2, total: 5, page: 1, page_size: 2 });
  assert.equal(first.body.items[0]?.title, "Sweep");
  const last = await call("GET", `${list}?page=3&page_size=2`);
  assert.equal(last.body.items.length, 1);
  assert.equal((await call("GET", `${list}?page_size=101`)).status, 422);
  assert.equal((await call("GET", `${list}?page=0`)).status, 422);
  const names = async (query: string) =>
    (await call("GET", `${list}?${query}`)).body.items.map((task: { title: string }) => task.title);
  assert.deepEqual(await names("sort=title"), titles.toSorted());
  assert.deepEqual(await names("sort=-due_date"), titles.toReversed());
  assert.deepEqual(await names("priority=high&sort=due_date"), titles.slice(0, 2));
  assert.deepEqual(await names("due_before=2032-01-03&sort=due_date"), titles.slice(0, 2));
  assert.deepEqual(await names("due_after=2032-01-03&sort=due_date"), titles.slice(3));
  assert.deepEqual(await names("q=PAINT&sort=due_date"), ["Paint the fence", "Paint the door"]);
  assert.deepEqual(await names("q=100%25"), ["Water 100% of the plants"]);
  assert.equal((await call("GET", `${list}?status=nothing`)).status, 422);
  const all = await call("GET", `/tasks?project_id=${project.id}&status=todo`);
  assert.equal(all.body.total, 5);
}

async function checkComments(call: Caller): Promise<void> {
  const project = await createProject(call);
  const task = await createTask(call, project.id);
  const comment = await call("POST", `/tasks/${task.id}/comments`, { author: "Ada", body: "Looks good" });
  assert.equal(comment.status, 201);
  assert.equal(comment.body.task_id, task.id);
  assert.equal((await call("POST", `/tasks/${task.id}/comments`, { author: "Ada" })).status, 422);
  const unknown = "00000000-0000-4000-8000-000000000000";
  assert.equal((await call("POST", `/tasks/${unknown}/comments`, { author: "Ada", body: "Hello" })).status, 404);
  const list = await call("GET", `/tasks/${task.id}/comments`);
  assert.equal(list.body.total, 1);
  assert.equal((await call("DELETE", `/tasks/${task.id}`)).status, 204);
  assert.equal((await call("DELETE", `/comments/${comment.body.id}`)).status, 404);
}

async function checkErrors(baseUrl: string, token: string, call: Caller): Promise<void> {
  const broken = await fetch(`${baseUrl}/projects`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: "{",
  });
  assert.equal(broken.status, 400);
  assert.match(await broken.text(), /"message":"/);
  assert.equal((await call("GET", "/tasks/nothing")).status, 404);
  assert.equal((await call("GET", "/nothing")).status, 404);
}

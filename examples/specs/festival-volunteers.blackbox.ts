import assert from "node:assert/strict";

// Written from festival-volunteers.md alone, before the generator had seen it.

interface Body {
  id: string;
  outdoor: boolean;
  shirtSize: string;
  state: string;
}

type Call = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: Body; text: string }>;

/** Checks a running festival service against its specification. Throws an AssertionError at the first difference. */
export async function check(baseUrl: string, { token }: { token: string }): Promise<void> {
  const call = createCaller(baseUrl, { "x-api-key": token });
  assert.equal((await fetch(`${baseUrl}/health`)).status, 200);
  assert.equal((await createCaller(baseUrl, {})("GET", "/stages")).status, 401);
  const stage = await checkStages(call);
  const volunteer = await checkVolunteers(call);
  const shift = await checkShifts(call, { stage, volunteer });
  await checkLists(call, stage);
  await checkDeletes(call, { stage, shift });
}

function createCaller(baseUrl: string, credentials: Record<string, string>): Call {
  return async (method, path, body) => {
    const answer = await fetch(baseUrl + path, {
      method,
      headers: { ...credentials, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, text, body: text === "" ? undefined : JSON.parse(text) };
  };
}

async function checkStages(call: Call): Promise<string> {
  const made = await call("POST", "/stages", { name: "Main", capacity: 5000 });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.body.outdoor, true);
  assert.equal((await call("POST", "/stages", { name: "Main", capacity: 5000 })).status, 409);
  const wrong = await call("POST", "/stages", { name: "M", capacity: 10 });
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /name/);
  assert.match(wrong.text, /capacity/);
  return made.body.id;
}

async function checkVolunteers(call: Call): Promise<string> {
  const ada = { fullName: "Ada Byron", email: "ada@example.org", phone: "+491234567" };
  const made = await call("POST", "/volunteers", ada);
  assert.equal(made.status, 201, made.text);
  assert.equal(made.body.shirtSize, "M");
  assert.equal((await call("POST", "/volunteers", { ...ada, email: "b@example.org", phone: "123" })).status, 400);
  assert.equal((await call("POST", "/volunteers", { ...ada, email: "nowhere" })).status, 400);
  assert.equal((await call("POST", "/volunteers", { ...ada, email: "c@example.org", shirtSize: "XXS" })).status, 400);
  assert.equal((await call("POST", "/volunteers", ada)).status, 409);
  return made.body.id;
}

async function checkShifts(call: Call, { stage, volunteer }: { stage: string; volunteer: string }): Promise<string> {
  const wanted = { stageId: stage, startsAt: "2026-07-01T10:00:00Z", hours: 4 };
  const made = await call("POST", "/shifts", wanted);
  assert.equal(made.status, 201, made.text);
  assert.equal(made.body.state, "open");
  const path = `/shifts/${made.body.id}`;
  assert.equal((await call("POST", "/shifts", { ...wanted, hours: 40 })).status, 400);
  assert.equal((await call("PATCH", path, { state: "worked" })).status, 409);
  assert.equal((await call("PATCH", path, { state: "assigned", volunteerId: volunteer })).status, 200);
  assert.equal((await call("PATCH", path, { state: "open" })).status, 200);
  assert.equal((await call("GET", path)).body.state, "open");
  return made.body.id;
}

async function checkLists(call: Call, stage: string): Promise<void> {
  assert.equal((await call("GET", `/stages/${stage}/shifts`)).status, 200);
  const open = await call("GET", `/shifts?state=open&stageId=${stage}&sort=-hours&limit=1&offset=0`);
  assert.equal(open.status, 200, open.text);
  assert.match(open.text, /"state":"open"/);
  assert.doesNotMatch((await call("GET", "/shifts?state=worked")).text, /"state"/);
  assert.equal((await call("GET", "/shifts?limit=201")).status, 400);
}

async function checkDeletes(call: Call, { stage, shift }: { stage: string; shift: string }): Promise<void> {
  assert.equal((await call("DELETE", `/stages/${stage}`)).status, 409);
  assert.equal((await call("DELETE", `/shifts/${shift}`)).status, 204);
  assert.equal((await call("DELETE", `/stages/${stage}`)).status, 204);
  assert.equal((await call("GET", `/stages/${stage}`)).status, 404);
}

import assert from "node:assert/strict";

// Written from clinic-appointments.md alone; knows nothing of the program that answers.

/** What the specification's answers may hold; which of it is there depends on the request. */
interface Body {
  id: string;
  first_name: string;
  phone: string;
  room: string;
  state: string;
  updated_at: string;
  checked_in_at: string;
  items: Body[];
  total: number;
  code: string;
  details: Record<string, string>;
}

interface Answer {
  status: number;
  headers: Headers;
  body: Body;
}

type Caller = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** Checks a running clinic service against its specification. Throws an AssertionError at the first difference. */
export async function check(baseUrl: string, { token }: { token: string }): Promise<void> {
  const call: Caller = async (method, path, body) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${baseUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...sent,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
  };
  assert.equal((await fetch(`${baseUrl}/health`)).status, 200);
  assert.equal((await fetch(`${baseUrl}/openapi.json`)).status, 200);
  const stranger = await fetch(`${baseUrl}/api/v1/patients`);
  assert.equal(stranger.status, 401);
  assert.match(await stranger.text(), /"code":"unauthenticated"/);
  const practitioner = await checkPractitioners(call);
  const patient = await checkPatients(call);
  await checkAppointments(call, { practitioner, patient });
  await checkStates(call, { practitioner, patient });
  await checkDeletion(call, { practitioner, patient });
}

interface People {
  practitioner: string;
  patient: string;
}

async function checkPractitioners(call: Caller): Promise<string> {
  const created = await call("POST", "/practitioners", { name: "Dr. Noor", speciality: "Dermatology" });
  assert.equal(created.status, 201);
  assert.equal(created.headers.get("location"), `/api/v1/practitioners/${created.body.id}`);
  assert.ok(Date.parse(created.body.updated_at) > 0);
  const path = `/practitioners/${created.body.id}`;
  assert.equal(
    (await call("PUT", path, { name: "Dr. Noor", speciality: "Dermatology", room: "2.14" })).body.room,
    "2.14",
  );
  assert.equal((await call("PUT", path, { name: "Dr. Noor" })).status, 400);
  assert.equal((await call("PATCH", path, { room: "1" })).status, 405);
  assert.equal((await call("POST", "/practitioners", { name: "x".repeat(101), speciality: "y" })).status, 400);
  return created.body.id;
}

async function checkPatients(call: Caller): Promise<string> {
  const names = ["Ida", "Bo", "Ida Maria"];
  const ids: string[] = [];
  for (const [index, first_name] of names.entries()) {
    const patient = {
      first_name,
      last_name: `Berg${index}`,
      date_of_birth: `198${index}-05-01`,
      insurance_no: `AB0000000${index}`,
    };
    const created = await call("POST", "/patients", patient);
    assert.equal(created.status, 201, JSON.stringify(created.body));
    ids.push(created.body.id);
  }
  const refused = await call("POST", "/patients", { last_name: "X", date_of_birth: "2999-01-01", insurance_no: "1" });
  assert.equal(refused.status, 400);
  assert.equal(refused.body.code, "invalid_request");
  assert.deepEqual(Object.keys(refused.body.details).sort(), ["date_of_birth", "first_name", "insurance_no"]);
  const again = await call("POST", "/patients", {
    first_name: "C",
    last_name: "D",
    date_of_birth: "1990-01-01",
    insurance_no: "AB00000000",
  });
  assert.equal(again.status, 409);
  assert.equal(again.body.code, "conflict");
  const found = await call("GET", "/patients?q=ida");
  assert.equal(found.body.total, 2);
  assert.equal((await call("GET", "/patients?q=AB00000001")).body.items[0]?.first_name, "Bo");
  const page = await call("GET", "/patients?per_page=2&page=2&order_by=-first_name");
  assert.deepEqual(
    page.body.items.map((patient: { first_name: string }) => patient.first_name),
    ["Bo"],
  );
  assert.equal((await call("GET", "/patients?per_page=51")).status, 400);
  assert.equal(
    (await call("PATCH", `/patients/${ids[0]}`, { phone: "+47 22 00 00 00" })).body.phone,
    "+47 22 00 00 00",
  );
  return ids[0] ?? "";
}

function appointment({ practitioner, patient }: People, hour: number) {
  const at = (minutes: number) => `2031-03-04T${String(hour).padStart(2, "0")}:${String(minutes).padStart(2, "0")}:00Z`;
  return { practitioner_id: practitioner, patient_id: patient, starts_at: at(0), ends_at: at(30) };
}

async function checkAppointments(call: Caller, people: People): Promise<void> {
  const later = await call("POST", "/appointments", appointment(people, 15));
  assert.equal(later.status, 201, JSON.stringify(later.body));
  assert.equal(later.body.state, "requested");
  const earlier = await call("POST", "/appointments", appointment(people, 9));
  assert.equal(earlier.status, 201);
  assert.equal((await call("POST", "/appointments", appointment(people, 9))).status, 409);
  const { starts_at, ends_at } = appointment(people, 10);
  assert.equal(
    (await call("POST", "/appointments", { ...appointment(people, 10), starts_at: ends_at, ends_at: starts_at }))
      .status,
    400,
  );
  assert.equal((await call("POST", "/appointments", { ...appointment(people, 11), state: "confirmed" })).status, 400);
  assert.equal(
    (await call("POST", "/appointments", { ...appointment(people, 11), starts_at: "2031-03-04 11:00" })).status,
    400,
  );
  const ids = async (query: string) =>
    (await call("GET", `/appointments${query}`)).body.items.map((item: { id: string }) => item.id);
  assert.deepEqual(await ids(""), [earlier.body.id, later.body.id]);
  assert.deepEqual(await ids("?order_by=-starts_at"), [later.body.id, earlier.body.id]);
  assert.deepEqual(await ids("?from=2031-03-04T12:00:00Z"), [later.body.id]);
  assert.deepEqual(await ids("?to=2031-03-04T11:00:00%2B02:00"), [earlier.body.id]);
  assert.deepEqual(await ids("?state=cancelled"), []);
  assert.equal((await call("GET", `/practitioners/${people.practitioner}/appointments`)).body.total, 2);
  assert.equal((await call("GET", "/practitioners/unknown/appointments")).status, 404);
  assert.equal((await call("DELETE", `/appointments/${later.body.id}`)).status, 405);
}

async function checkStates(call: Caller, people: People): Promise<void> {
  const created = await call("POST", "/appointments", appointment(people, 18));
  const act = (action: string) => call("POST", `/appointments/${created.body.id}/${action}`);
  assert.equal((await act("complete")).status, 422);
  assert.equal((await act("no-show")).status, 422);
  assert.equal((await act("confirm")).body.state, "confirmed");
  assert.equal((await call("PATCH", `/appointments/${created.body.id}`, { state: "requested" })).status, 422);
  const arrived = await act("check-in");
  assert.equal(arrived.body.state, "checked_in");
  assert.ok(Date.parse(arrived.body.checked_in_at) > 0);
  assert.equal((await act("cancel")).status, 422);
  assert.equal((await act("complete")).status, 200);
  assert.equal((await act("complete")).status, 422);
}

async function checkDeletion(call: Caller, { practitioner, patient }: People): Promise<void> {
  assert.equal((await call("DELETE", `/practitioners/${practitioner}`)).status, 409);
  assert.equal((await call("DELETE", `/patients/${patient}`)).status, 204);
  assert.equal((await call("GET", "/appointments")).body.total, 0);
  assert.equal((await call("DELETE", `/practitioners/${practitioner}`)).status, 204);
}

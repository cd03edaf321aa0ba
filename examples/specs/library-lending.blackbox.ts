import assert from "node:assert/strict";

// Written from library-lending.md alone; knows nothing of the program that answers.

/** What the specification's answers may hold; which of it is there depends on the request. */
interface Body {
  id: number;
  cardNumber: string;
  fullName: string;
  birthDate: string | null;
  active: boolean;
  title: string;
  genre: string;
  keywords: string[];
  lentOn: string;
  returnedOn: string;
  status: string | number;
  data: Body[];
  meta: { total: number; limit: number; offset: number };
  type: string;
  errors: { path: string; reason: string }[];
  openapi: string;
}

interface Answer {
  status: number;
  headers: Headers;
  body: Body;
}

type Caller = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** Checks a running library service against its specification. Throws an AssertionError at the first difference. */
export async function check(baseUrl: string, { token }: { token: string }): Promise<void> {
  const call = createCaller(baseUrl, { "x-api-key": token });
  await checkAccess(baseUrl, token);
  const member = await checkMembers(call);
  const book = await checkBooks(call);
  await checkLoans(call, member, book);
  await checkLists(call);
}

function createCaller(baseUrl: string, headers: Record<string, string>): Caller {
  return async (method, path, body) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(baseUrl + path, {
      method,
      headers: { ...headers, "content-type": "application/json" },
      ...sent,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
  };
}

async function checkAccess(baseUrl: string, token: string): Promise<void> {
  const stranger = createCaller(baseUrl, {});
  assert.equal((await stranger("GET", "/health")).status, 200);
  assert.match((await stranger("GET", "/openapi.json")).body.openapi, /^3\./);
  assert.equal((await stranger("GET", "/books")).status, 200);
  assert.equal((await stranger("GET", "/books/1")).status, 404);
  assert.equal((await stranger("POST", "/books", {})).status, 401);
  assert.equal((await stranger("GET", "/members")).status, 401);
  assert.equal((await createCaller(baseUrl, { "x-api-key": `${token}x` })("GET", "/loans")).status, 401);
  assert.equal((await createCaller(baseUrl, { authorization: `Bearer ${token}` })("GET", "/loans")).status, 401);
}

const ada = { cardNumber: "M-000001", fullName: "Ada Lovelace", email: "ada@example.org" };

async function checkMembers(call: Caller): Promise<number> {
  const created = await call("POST", "/members", ada);
  assert.equal(created.status, 201, JSON.stringify(created.body));
  assert.equal(typeof created.body.id, "number");
  assert.equal(created.headers.get("location"), `/members/${created.body.id}`);
  assert.equal(created.body.active, true);
  assert.equal(created.body.birthDate, null);
  assert.equal((await call("POST", "/members", ada)).status, 409);
  const wrong = { cardNumber: "M-1", fullName: "A", email: "nobody", birthDate: "2999-01-01", active: "yes" };
  const refused = await call("POST", "/members", wrong);
  assert.equal(refused.status, 422);
  assert.equal(refused.body.type, "validation_error");
  assert.equal(refused.body.status, 422);
  assert.deepEqual(
    new Set(refused.body.errors.map((error: { path: string }) => error.path)),
    new Set(Object.keys(wrong)),
  );
  assert.equal((await call("POST", "/members", { ...ada, cardNumber: "M-000009", shoeSize: 38 })).status, 422);
  const path = `/members/${created.body.id}`;
  const kept = await call("PATCH", path, { cardNumber: "M-000002", fullName: "Ada King" });
  assert.equal(kept.body.cardNumber, "M-000001");
  assert.equal(kept.body.fullName, "Ada King");
  const replaced = await call("PUT", path, {
    fullName: "Countess of Lovelace",
    email: "ada@example.org",
    birthDate: "1815-12-10",
  });
  assert.equal(replaced.status, 200, JSON.stringify(replaced.body));
  assert.equal(replaced.body.birthDate, "1815-12-10");
  assert.equal((await call("GET", "/members/999999")).status, 404);
  return created.body.id;
}

async function checkBooks(call: Caller): Promise<number> {
  const book = {
    isbn: "9780000000001",
    title: "Notes",
    author: "A. Lovelace",
    publishedYear: 1843,
    keywords: ["engine", "loom"],
  };
  const created = await call("POST", "/books", book);
  assert.equal(created.status, 201);
  assert.equal(created.body.genre, "fiction");
  assert.deepEqual(created.body.keywords, ["engine", "loom"]);
  const broken: Record<string, unknown>[] = [
    { isbn: "123" },
    { title: "" },
    { publishedYear: 1449 },
    { genre: "novel" },
    { keywords: "engine" },
    { keywords: Array.from({ length: 11 }, () => "x") },
  ];
  for (const change of broken) {
    const answer = await call("POST", "/books", { ...book, isbn: "9780000000002", ...change });
    assert.equal(answer.status, 422, JSON.stringify(change));
    assert.equal(answer.body.errors[0]?.path, Object.keys(change)[0]);
  }
  return created.body.id;
}

async function checkLoans(call: Caller, memberId: number, bookId: number): Promise<void> {
  const lent = await call("POST", "/loans", { memberId, bookId, dueOn: "2999-01-01" });
  assert.equal(lent.status, 201, JSON.stringify(lent.body));
  assert.equal(lent.body.status, "open");
  assert.equal(lent.body.lentOn, new Date().toISOString().slice(0, 10));
  assert.equal(lent.body.returnedOn, null);
  assert.equal(
    (await call("POST", "/loans", { memberId, bookId, lentOn: "2030-02-01", dueOn: "2030-02-01" })).status,
    422,
  );
  assert.equal((await call("POST", "/loans", { memberId: 424_242, bookId, dueOn: "2999-01-01" })).status, 422);
  const path = `/loans/${lent.body.id}`;
  assert.equal((await call("DELETE", `/members/${memberId}`)).status, 409);
  assert.equal((await call("DELETE", `/books/${bookId}`)).status, 409);
  assert.equal((await call("DELETE", path)).status, 405);
  assert.equal((await call("POST", `${path}/lose`)).body.status, "lost");
  assert.equal((await call("POST", `${path}/lose`)).status, 409);
  const returned = await call("POST", `${path}/return`);
  assert.equal(returned.status, 200);
  assert.equal(returned.body.status, "returned");
  assert.match(returned.body.returnedOn, /^\d{4}-\d{2}-\d{2}$/);
  assert.equal((await call("POST", `${path}/lose`)).status, 409);
  assert.equal((await call("PATCH", path, { note: "late" })).status, 409);
  const own = await call("GET", `/members/${memberId}/loans`);
  assert.deepEqual(own.body.meta, { total: 1, limit: 25, offset: 0 });
  assert.equal((await call("GET", "/members/999999/loans")).status, 404);
}

async function checkLists(call: Caller): Promise<void> {
  const titles = ["Cooking", "Astronomy", "Baking"];
  for (const [index, title] of titles.entries()) {
    const book = {
      isbn: `979000000000${index}`,
      title,
      author: "B. Baker",
      publishedYear: 1990 + index,
      genre: "nonfiction",
      keywords: [`shelf ${index}`],
    };
    assert.equal((await call("POST", "/books", book)).status, 201);
  }
  const names = async (query: string) =>
    (await call("GET", `/books?${query}`)).body.data.map((book: { title: string }) => book.title);
  assert.deepEqual(await names("genre=nonfiction"), ["Astronomy", "Baking", "Cooking"]);
  assert.deepEqual(await names("genre=nonfiction&sortBy=publishedYear&order=desc"), titles.toReversed());
  assert.deepEqual(await names("publishedFrom=1991&publishedTo=1992"), ["Astronomy", "Baking"]);
  assert.deepEqual(await names("keywords=shelf%201"), ["Astronomy"]);
  assert.deepEqual(await names("author=A.%20Lovelace"), ["Notes"]);
  assert.deepEqual(await names("search=BAKING"), ["Baking"]);
  assert.deepEqual(await names("limit=1&offset=1&genre=nonfiction"), ["Baking"]);
  const capped = await call("GET", "/books?limit=5000");
  assert.equal(capped.status, 200);
  assert.equal(capped.body.meta.limit, 200);
  assert.equal((await call("GET", "/loans?status=returned&dueBefore=3000-01-01")).body.meta.total, 1);
  assert.equal((await call("GET", "/loans?dueBefore=2000-01-01")).body.meta.total, 0);
}

import type { FileFacts } from "./_facts.ts";
import { makeFinding } from "./_make-finding.ts";
import { findKinds, lineOf, type SyntaxNode, squeeze } from "./_syntax.ts";
import type { GateFinding } from "./gate-finding.ts";

/** Things that only time, chance or the terminal give: replacing them leaves the code under test whole. */
const harmless = /clock|time|date|random|logger|console|stdout|stderr|stdin|stream|signal|uuid|seed/i;
const doubleName = /^(?:mock|fake|stub|dummy)(?=[A-Z_])|(?:Mock|Fake|Stub|Double)$/i;
const doubleClass = /^(?:Mock|Fake|Stub|Stubbed|Dummy)[A-Z]/;
const part =
  /(?:Repository|Repo|Service|Client|Gateway|Database|Db|DB|Store|Storage|Api|API|Server|Provider|Adapter|Queue|Cache|Mailer|Sender|Notifier|Connection|Session|Pool|Broker|Bus|Processor|Transport|Http|Redis|Stripe|S3|Backend|Driver|Dao|DAO)\w{0,8}$/;

interface Pattern {
  form: RegExp;
  reason: string;
}

const javascriptCalls: Pattern[] = [
  {
    form: /^(?:vi|jest|vitest)\.(?:mock|doMock|unstable_mockModule|mockModule|createMockFromModule|createMockInstance)$/,
    reason: "a module is replaced by a mock; test with the real one",
  },
  {
    form: /\.mock(?:ReturnValue|ResolvedValue|RejectedValue|Implementation)(?:Once)?$/,
    reason: "a mock answers instead of the real function",
  },
  {
    form: /^(?:\w+\.)?(?:sinon|sandbox)\.(?:stub|mock|replace\w*|fake(?:\.\w+)?|createStubInstance)$/,
    reason: "sinon answers instead of the real function",
  },
  {
    form: /^(?:\w+\.)?mock\.(?:method|module|getter|setter|property)$/,
    reason: "node:test's mock answers instead of the real part",
  },
  {
    form: /^(?:proxyquire|rewire|td\.(?:replace\w*|func|object|when)|mockery\.\w+|mockRequire|esmock)$/,
    reason: "a module is replaced while it is loaded",
  },
  {
    form: /^(?:nock|fetchMock\.\w+|moxios\.\w+)$|^(?:Axios)?MockAdapter$/,
    reason: "network answers are made up; talk to a real server on the loopback",
  },
];

const pythonCalls: Pattern[] = [
  { form: /^(?:(?:unittest\.)?mock\.)?patch(?:\.(?:object|multiple|dict))?$/, reason: "patch replaces the real part" },
  { form: /^mocker\.(?:patch(?:\.\w+)?|stub|Mock|MagicMock|AsyncMock)$/, reason: "mocker replaces the real part" },
  {
    form: /^(?:(?:unittest\.)?mock\.)?(?:MagicMock|Mock|AsyncMock|PropertyMock|NonCallableMock|create_autospec)$/,
    reason: "a mock stands in for the real part",
  },
  { form: /^monkeypatch\.setattr$/, reason: "monkeypatch replaces the real function" },
  {
    form: /^(?:responses\.(?:add|get|post|put|patch|delete)|requests_mock\.\w+|httpretty\.\w+|respx\.\w+)$/,
    reason: "network answers are made up; talk to a real server on the loopback",
  },
];

/** Mocks: what answers in a test, or in production, instead of the real part. One finding a line. */
export function findMocks(file: FileFacts): GateFinding[] {
  const found: { node: SyntaxNode; reason: string }[] = [
    ...findCalls(file),
    ...findDecorators(file),
    ...findDoubles(file),
  ];
  const lines = new Set<number>();
  return found.flatMap(({ node, reason }) => {
    const line = lineOf(node);
    if (lines.has(line)) return [];
    lines.add(line);
    return [makeFinding({ rule: "mock", path: file.path, line, reason, code: node.text() })];
  });
}

function findCalls({ language, calls }: FileFacts): { node: SyntaxNode; reason: string }[] {
  const patterns = language === "python" ? pythonCalls : javascriptCalls;
  return calls.flatMap(({ callee, args, node }) => {
    const name = squeeze(callee);
    const pattern = patterns.find(({ form }) => form.test(name));
    const first = args[0]?.text() ?? "";
    if (pattern === undefined)
      return isNetworkStub(name, first) ? [{ node, reason: "the network is replaced by made-up answers" }] : [];
    return isHarmless(name, first, args[1]?.text() ?? "") ? [] : [{ node, reason: pattern.reason }];
  });
}

function isNetworkStub(name: string, first: string): boolean {
  return /^(?:vi|jest)\.stubGlobal$/.test(name) && /fetch|XMLHttpRequest|WebSocket|EventSource/.test(first);
}

/** Spies on the console, the clock or chance; the environment and the arguments of the process. */
function isHarmless(name: string, first: string, second: string): boolean {
  const target = /spyOn\(([\s\S]*?)\)/.exec(name)?.[1] ?? "";
  if (/^(?:console|process(?:\.std\w+)?|Math|Date|performance|crypto|globalThis\.console)\b/.test(target)) return true;
  if (/(?:^|\.)mock\.method$/.test(name))
    return /^(?:console|process(?:\.std\w+)?|Math|Date|performance)\b/.test(first);
  if (/^monkeypatch\.setattr$/.test(name)) {
    return (
      /^["']?(?:sys\.|os\.environ|time\b|random\b|builtins\.input|datetime|secrets\b|uuid\b|getpass)/.test(first) ||
      (first === "sys" && second !== "")
    );
  }
  if (/patch\.dict$/.test(name)) return /os\.environ/.test(first);
  return (
    /patch$/.test(name) &&
    /^["'](?:sys\.(?:argv|std\w+)|time\.\w+|random\.\w+|builtins\.(?:input|print)|[\w.]*\bdatetime|os\.environ)/.test(
      first,
    )
  );
}

function findDecorators({ language, root, functions }: FileFacts): { node: SyntaxNode; reason: string }[] {
  if (language !== "python" || root === undefined) return [];
  return functions.flatMap(({ decorators, node }) => {
    const isPatched = decorators.some((text) =>
      /^@responses\.activate|^@(?:respx\.mock|httpretty\.activate)/.test(text),
    );
    return isPatched ? [{ node, reason: "network answers are made up; talk to a real server on the loopback" }] : [];
  });
}

const globalNetwork = /^(?:global|globalThis|window|self)\.(?:fetch|XMLHttpRequest|WebSocket|EventSource)$/;

/** `global.fetch = …`, and a function put in the place of an imported module's. */
function findReplacements(root: SyntaxNode, language: FileFacts["language"]): { node: SyntaxNode; reason: string }[] {
  const imports = findKinds(
    root,
    ...(language === "python" ? ["import_statement", "import_from_statement"] : ["import_statement"]),
  );
  const names = new Set(imports.flatMap((node) => node.text().match(/[A-Za-z_$][\w$]*/g) ?? []));
  return findKinds(root, language === "python" ? "assignment" : "assignment_expression").flatMap((node) => {
    const left = node.field("left")?.text() ?? "";
    const isFunction = /^(?:lambda|arrow_function|function_expression)$/.test(String(node.field("right")?.kind()));
    if (globalNetwork.test(left) && isFunction) return [{ node, reason: "the network is replaced by made-up answers" }];
    const [object = "", member] = left.split(".");
    if (member === undefined || !names.has(object) || !isFunction || harmless.test(left)) return [];
    return [{ node, reason: `${left} is replaced by a function of the test` }];
  });
}

/** Doubles written by hand. */
function findDoubles({ isTest, classes, tables, root, language }: FileFacts): { node: SyntaxNode; reason: string }[] {
  const byClass = classes.filter(
    ({ name, hasMethods }) =>
      doubleClass.test(name) && hasMethods && !harmless.test(name) && (isTest || part.test(name)),
  );
  const byObject = tables.filter(
    ({ name, functionMembers, mockMembers }) =>
      (mockMembers > 0 && isTest) || (doubleName.test(name) && functionMembers > 0 && !harmless.test(name)),
  );
  return [
    ...(isTest ? findReplacements(root, language) : []),
    ...byClass.map(({ name, node }) => ({ node, reason: `the class ${name} stands in for the real part` })),
    ...byObject.map(({ name, node }) => ({ node, reason: `the object ${name} stands in for the real part` })),
  ];
}

import { expect, it } from "vitest";
import { classifyCall } from "./classify-call.ts";
import { defaultPolicy } from "./default-policy.ts";

const kinds = (name: string, input: unknown = {}) => [...classifyCall({ name, input }, defaultPolicy.tools)].toSorted();
const bash = (command: string) => kinds("Bash", { command });

it.each([
  "echo hello > src/a.ts",
  "cat > a.ts <<'EOF'\nconst f = (x) => x;\nEOF",
  "printf x >>log.txt",
  "echo x | tee a.txt",
  "sed -i s/a/b/ a.ts",
  "mkdir -p src && cp a.ts src/",
  "mv a b",
  "git apply fix.patch",
])("the shell changes a file: %s", (command) => {
  expect(bash(command)).toEqual(["edit"]);
});

it.each([
  "npm test 2>&1 | tail -5",
  "npm test > /dev/null 2>&1",
  "node -e 'console.log([1].map((x) => x))'",
  "node - <<'EOF'\nif (a > b) console.log(a);\nEOF",
  "cat a.ts",
  "grep -n cp a.ts",
  "npm ci",
  "npm install",
  "pip install -r requirements.txt",
  "",
])("the shell changes nothing that counts: %s", (command) => {
  expect(bash(command)).toEqual([]);
});

it("names what adds a dependency, what deploys, and the tools that read and list", () => {
  expect(bash("npm install --save-dev @types/node")).toEqual(["dependency"]);
  expect(bash("cd api && uv add fastapi")).toEqual(["dependency"]);
  expect(bash("docker push registry/app")).toEqual(["deployment"]);
  expect(bash("kubectl -n prod apply -f k8s.yaml")).toEqual(["deployment"]);
  expect(kinds("Read")).toEqual(["read"]);
  expect(kinds("mcp__filesystem__create_directory")).toEqual(["directory"]);
  expect(kinds("Edit")).toEqual(["edit"]);
  expect(kinds("Bash", undefined)).toEqual([]);
});

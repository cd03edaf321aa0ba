/** The documents of a generated project: kind → path in the project. */
export const documentKinds = Object.freeze({
  readme: "README.md",
  architecture: "docs/architecture.md",
  api: "docs/api.md",
  components: "docs/components.md",
  deployment: "docs/deployment.md",
  testing: "docs/testing.md",
  "user-guide": "docs/user-guide.md",
  "developer-guide": "docs/developer-guide.md",
});
export type DocumentKind = keyof typeof documentKinds;

/** What each kind holds, in its order. */
export const documentContents: Readonly<Record<DocumentKind, readonly string[]>> = {
  readme: [
    "what the product is, in one paragraph, and its features",
    "quick start: install, configure, run, each with the command in a block",
    "configuration: every environment variable with its default",
    "a short overview of the architecture, and links to the documents under docs/",
    "how the tests are run, and the licence if there is one",
  ],
  architecture: [
    "system overview with a diagram in a ```mermaid block (flowchart) of the parts that exist and how data flows between them",
    "each component: purpose, interface, what it depends on",
    "design decisions with reason and trade-off, the technologies and why",
    "limits and how it could grow; the security boundaries: who may do what, where input is checked",
  ],
  api: [
    "how to reach the API, authentication, the common form of errors",
    "every endpoint (or public function or command, if it is no service): method and path, parameters in a table, request body, answer, error answers, and one example call with its real answer form",
  ],
  components: [
    "every module or file that matters: what it is for, what it exports, what it uses, and what must not break when it is changed",
  ],
  deployment: [
    "what the machine must have; installing, configuring, starting, stopping",
    "environment variables in a table; where data is kept, how it is backed up and restored",
    "running behind a reverse proxy or in a container, as far as the files show it; health checks; updating",
  ],
  testing: [
    "how the tests are run and what they cover, file by file",
    "the acceptance criteria in a table: id, what is checked, result as given",
    "how to add a test; what is not tested",
  ],
  "user-guide": [
    "for somebody who uses the product and does not know its code: the first steps, then each task a user has, with an example from beginning to end",
    "what messages mean and what to do about them",
  ],
  "developer-guide": [
    "setting up, the layout of the folders, where to begin reading",
    "how to make the usual changes (a new field, a new endpoint), step by step with the files concerned",
    "conventions, debugging, common mistakes",
  ],
};

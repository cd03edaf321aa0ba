import { CcbError } from "@ccb/core";
import {
  type CallToolResult,
  McpServer,
  ResourceNotFoundError,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { type CcbServices, type ServiceContext, type ServiceName, serviceSchemas } from "./ccb-services.ts";

export interface CcbServerOptions {
  services: CcbServices;
  /** Version of CCB, as clients are told. */
  version: string;
}

const instructions =
  "CCB plans a specification, builds it task by task and proves each requirement. To work on a project: list_tasks, claim_task, build what its instructions say, run_checks for its phase.";

/** A server with CCB's tools, documents and prompts, for one connection or request. */
export function createCcbServer(options: CcbServerOptions): McpServer {
  const { services, version } = options;
  const server = new McpServer({ name: "ccb", title: "Claude Code Builder", version }, { instructions });
  for (const name of Object.keys(serviceSchemas) as ServiceName[]) registerTool(server, services, name);
  for (const document of services.documents) {
    const address = `ccb://project/${document.name}`;
    const { title, mimeType } = document;
    server.registerResource(document.name, address, { title, mimeType }, async () => {
      const text = await services.readDocument(document.name);
      if (text === undefined) throw new ResourceNotFoundError(address);
      return { contents: [{ uri: address, mimeType, text }] };
    });
  }
  registerPrompts(server);
  return server;
}

type AnyService = (input: unknown, context: ServiceContext) => Promise<object>;

function registerTool(server: McpServer, services: CcbServices, name: ServiceName): void {
  const { description, input, output, readOnly } = serviceSchemas[name];
  // Name, schema and service belong together by `CcbServices`; the compiler cannot follow that through a loop over the names.
  const service = services[name] as unknown as AnyService;
  server.registerTool(
    name,
    {
      description,
      inputSchema: input,
      outputSchema: output,
      ...(readOnly ? { annotations: { readOnlyHint: true } } : {}),
    },
    async (received: unknown, context: ServerContext): Promise<CallToolResult> => {
      try {
        const answer = { ...(await service(received, describeContext(context))) };
        return { content: [{ type: "text", text: JSON.stringify(answer) }], structuredContent: answer };
      } catch (error) {
        if (!CcbError.isInstance(error)) throw error;
        const text = error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
        return { content: [{ type: "text", text }], isError: true };
      }
    },
  );
}

function describeContext(context: ServerContext): ServiceContext {
  const { signal, _meta, notify } = context.mcpReq;
  const progressToken = _meta?.progressToken;
  return {
    signal,
    report({ done, total, message }) {
      if (progressToken === undefined || signal.aborted) return;
      const params = { progressToken, progress: done, message, ...(total === undefined ? {} : { total }) };
      // A client that went away is seen by the signal; there is nobody to tell.
      notify({ method: "notifications/progress", params }).catch(() => undefined);
    },
  };
}

/** What a model is asked in order to work on the next task of a served project; also the text of the plugin's command. */
export function renderNextTask(by: string | undefined): string {
  const claim = by ? `claim_task with by="${by}"` : "claim_task";
  return `Call ${claim}. Read its instructions and build exactly that, with tests. Then call run_checks for the task's phase and mend what fails. Say at the end what you built and what the checks saw.`;
}

function registerPrompts(server: McpServer): void {
  server.registerPrompt(
    "next-task",
    {
      title: "Build the next task",
      description: "Claim the next ready task of the project, build it and check it.",
      argsSchema: z.object({ by: z.string().optional().describe("who works on it") }),
    },
    ({ by }) => ({
      messages: [
        {
          role: "user",
          content: {
            type: "text",
            text: renderNextTask(by),
          },
        },
      ],
    }),
  );
}

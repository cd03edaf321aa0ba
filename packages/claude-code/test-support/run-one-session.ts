/** Runs one session in a process of its own: the request and the executor's options come as JSON on stdin, the result goes to stdout. */
import { text } from "node:stream/consumers";
import type { TaskRunRequest } from "@ccb/core";
import { type ClaudeCodeExecutorOptions, createClaudeCodeExecutor } from "../src/index.ts";

const input: { options: ClaudeCodeExecutorOptions; request: TaskRunRequest } = JSON.parse(await text(process.stdin));
const result = await createClaudeCodeExecutor(input.options).runTask(input.request);
process.stdout.write(JSON.stringify(result));

/** What a command may touch of the process it runs in; given as data so that a test needs no process. */
export interface Terminal {
  argv: string[];
  cwd: string;
  environment: Record<string, string>;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

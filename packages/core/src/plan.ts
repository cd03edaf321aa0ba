import { z } from "zod";

/** A name that is safe in file names, branch names and git trailers. */
const slugSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "lower-case letters, digits and hyphens, at most 63 characters");

/** One session of work for the executor. */
export const taskSchema = z.object({
  id: slugSchema,
  name: z.string().min(1),
  description: z.string().min(1).describe("what to make, so that someone who sees only this task can make it"),
  dependsOn: z.array(slugSchema).describe("ids of tasks that must be finished before this one"),
  files: z.array(z.string()).describe("files the task creates or changes, relative to the project directory"),
  requirementIds: z.array(z.string()).describe("ids of the requirements this task fulfils"),
  size: z.enum(["S", "M", "L"]),
});
export type Task = z.infer<typeof taskSchema>;

/** Tasks that are accepted together. */
export const phaseSchema = z.object({
  id: slugSchema,
  name: z.string().min(1),
  goal: z.string().min(1),
  tasks: z.array(taskSchema).min(1),
});
export type Phase = z.infer<typeof phaseSchema>;

/** A requirement that the plan leaves out, and why. */
export const waiverSchema = z.object({ requirementId: z.string(), reason: z.string().min(1) });
export type Waiver = z.infer<typeof waiverSchema>;

/** The whole plan: phases in order, one dependency graph over their tasks, and what is left out with the reason. */
export const planSchema = z.object({ phases: z.array(phaseSchema), waivers: z.array(waiverSchema) });
export type Plan = z.infer<typeof planSchema>;

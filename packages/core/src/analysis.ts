import { z } from "zod";

/** What the spec analyzer finds: the kind of project, its parts, its risks and what the specification leaves open. */
export const analysisSchema = z.object({
  projectName: z.string().min(1).describe("short name of the product, as the specification calls it"),
  projectType: z.string().min(1).describe("for example: REST service, web application, command-line tool, library"),
  summary: z.string().min(1).describe("what is to be built, in two to five sentences"),
  complexity: z.enum(["simple", "moderate", "complex", "critical"]),
  complexityScore: z.number().min(0).max(100),
  complexityReasons: z.array(z.string()),
  technologies: z.array(z.string()),
  components: z.array(z.object({ name: z.string().min(1), purpose: z.string() })),
  risks: z.array(
    z.object({ description: z.string().min(1), severity: z.enum(["low", "medium", "high"]), mitigation: z.string() }),
  ),
  openQuestions: z.array(z.string()).describe("what the specification leaves open and somebody has to decide"),
  estimatedHours: z.number().nonnegative().describe("hours an experienced developer would take"),
});
export type Analysis = z.infer<typeof analysisSchema>;

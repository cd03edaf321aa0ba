import type { Analysis, Phase, Plan } from "@ccb/core";

/** One thing to find out before code is written. */
export interface ResearchQuestion {
  /** For the file's name. */
  id: string;
  /** What documentation is looked for. */
  library: string;
  question: string;
  /** Phases that need the answer. */
  phases: string[];
}

/** Languages, runtimes and formats: what every model knows, and no library of its own. */
const commonplace =
  /^(?:node(?:\.js)?|npm|typescript|javascript|python|go|golang|rust|java|ruby|php|c#|\.net|html5?|css3?|json|yaml|markdown|http|https|rest(?:ful)?(?: apis?)?|sql|sqlite|git|docker|linux|bash|none|unspecified)(?:\s+[\d.x+]+)?$/i;

/** Questions cost calls; more than these seldom help. */
const mostQuestions = 6;

/**
 * The questions that a plan raises, by rule: one for each library that the analysis names or a phase speaks of as a library, with the phases that speak of it. Pure; nothing for a project that stands on
 * its language alone.
 */
export function planResearch({ analysis, plan }: { analysis: Analysis; plan: Plan }): ResearchQuestion[] {
  const libraries = [...new Set(analysis.technologies.map((name) => name.trim()))].filter(
    (name) => name !== "" && name.length <= 60 && !commonplace.test(name),
  );
  const questions = libraries.map((library): ResearchQuestion => {
    const speaking = plan.phases.filter((phase) => speaksOf(phase, library));
    const phases = speaking.length > 0 ? speaking : plan.phases.slice(0, 1);
    const goals = phases.map((phase) => phase.goal.replace(/\.$/, "")).join("; ");
    return {
      id: library
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, "-")
        .replaceAll(/^-|-$/g, ""),
      library,
      question: `How is ${library} set up and used today for this: ${goals.slice(0, 600)}? What is deprecated, and what does good practice ask for security?`,
      phases: phases.map(({ id }) => id),
    };
  });
  return questions
    .filter(({ id }, at) => id !== "" && questions.findIndex((one) => one.id === id) === at)
    .slice(0, mostQuestions);
}

function speaksOf(phase: Phase, library: string): boolean {
  const text = [phase.name, phase.goal, ...phase.tasks.flatMap(({ name, description }) => [name, description])].join(
    "\n",
  );
  return text.toLowerCase().includes(library.toLowerCase());
}

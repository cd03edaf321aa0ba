/** A word of one run and what stands for it. */
export interface TextReplacement {
  from: string;
  to: string;
}

/** Replaces every `from`, longest first, so that one inside another does not break it up. A path is not taken for the beginning of a longer name. */
export function replaceTexts(text: string, replacements: readonly TextReplacement[]): string {
  const wanted = replacements.filter(({ from }) => from !== "" && text.includes(from));
  if (wanted.length === 0) return text;
  const byFrom = new Map(wanted.map(({ from, to }) => [from, to]));
  const forms = [...byFrom.keys()].sort((a, b) => b.length - a.length).map(escapePattern);
  return text.replace(new RegExp(`(?:${forms.join("|")})(?![\\w-])`, "g"), (found) => byFrom.get(found) ?? found);
}

/** How Claude Code names the folder of a directory's sessions. */
function renderDashedPath(path: string): string {
  return path.replaceAll(/[^a-zA-Z0-9]/g, "-");
}

/** The paths of a directory and the folder name made of them, each with what stands for it. */
export function replaceDirectories(from: readonly string[], to: string): TextReplacement[] {
  return from.flatMap((path) => [
    { from: path, to },
    { from: renderDashedPath(path), to: to.startsWith("<") ? "<project-folder>" : renderDashedPath(to) },
  ]);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

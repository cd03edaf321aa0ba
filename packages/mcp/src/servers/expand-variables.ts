/** `${NAME}` and `${NAME:-default}` replaced from an environment; names without a value and a default are listed as missing. */
export function expandVariables(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): { text: string; missing: string[] } {
  const missing: string[] = [];
  const expanded = text.replaceAll(
    /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
    (_whole, name: string, fallback: string | undefined) => {
      const value = environment[name];
      if (value !== undefined && (value !== "" || fallback === undefined)) return value;
      if (fallback === undefined) missing.push(name);
      return fallback ?? "";
    },
  );
  return { text: expanded, missing };
}

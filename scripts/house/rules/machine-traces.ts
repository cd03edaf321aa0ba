import type { Rule } from "../rule.ts";

/** What only one machine has; a home of "user", "me", "someone" is nobody's. Each expression is written so that it does not match its own source. */
const traces: readonly { what: string; form: RegExp }[] = [
  { what: "a path of one machine", form: /(?<![\w.$}~/-])\/(?:work|opt\/[a-z]\w*|root|private\/tmp)\/[\w.-]/ },
  {
    what: "a home directory",
    form: /(?<![\w.$}~-])\/(?:home|Users)\/(?!(?:user|me|you|of|someone|somebody)\/)[a-z][\w-]*\//,
  },
  { what: "a temporary path of one machine", form: /(?<![\w.$}~-])\/tmp\/[\w.-]+/ },
  { what: "a registry host", form: /https?:\/\/[\w.-]*(?:registry|artifactory|nexus|verdaccio|npmmirror)[\w.-]*[:/]/i },
  { what: "a registry setting", form: /^(?:@[\w-]+:)?registry\s*=|:_authToken\s*=/m },
  {
    what: "an address of a private network",
    form: /\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}\b/,
  },
];

const binary = /\.(?:png|jpe?g|gif|webp|ico|woff2?|zip|gz|tgz|db|pdf)$/i;

/** No file names a path, a home, a registry or an address that only one machine has. */
export const machineTracesRule: Rule = {
  name: "machine traces",
  check({ files, read }) {
    const texts = files.filter((path) => !binary.test(path));
    const problems = texts.flatMap((path) => {
      const text = read(path);
      return traces.flatMap(({ what, form }) => {
        const match = form.exec(text);
        if (!match) return [];
        return [`${path}:${text.slice(0, match.index).split("\n").length}: ${what} (${match[0]})`];
      });
    });
    return { lookedAt: texts.length, unit: "files", problems };
  },
};

import { joinComments } from "./_comments.ts";
import type { CommentFact, FileFacts } from "./_facts.ts";
import { makeFinding } from "./_make-finding.ts";
import type { GateFinding } from "./gate-finding.ts";

/** Comments that say work is left. A state, a list or a word of another language called "todo" is none. */
export function findTodos(file: FileFacts): GateFinding[] {
  return file.comments.filter(isTodo).map(({ text, line }) => {
    return makeFinding({ rule: "todo", path: file.path, line, reason: "a comment says that work is left", code: text });
  });
}

const marker = /^(?:[@\\]?(?:TODO|FIXME|XXX|HACK|BUG)\b|@todo\b)/;

function isTodo({ text }: CommentFact): boolean {
  if (/\b(?:TODO|FIXME)(?::|\()/.test(text) && !/["'`](?:TODO|FIXME)/.test(text)) return true;
  if (/^(?:todo|fixme):/i.test(text)) return true;
  const match = marker.exec(text);
  if (match === null) return false;
  const rest = text.slice(match[0].length);
  return !/^\s*(?:[→,/|=>"'`)]|->|and\b|or\b|to\b|is\b|are\b|items?\b|status\b|state\b|column\b|lists?\b|tasks?\b|cards?\b|in\b|comes?\b|means?\b)/i.test(
    rest,
  );
}

const silencers = [
  /@ts-nocheck\b/,
  /^(?:eslint|oxlint|tslint|stylelint|rslint)[-:]disable\s*$/,
  /^jshint ignore:start|^jslint ignore:start/,
  /^biome-ignore-all\b/,
  /^(?:c8|v8|istanbul) ignore (?:file|start)\b/,
  /^mypy: ignore-errors/,
  /^pylint: (?:skip-file|disable=all)/,
  /^(?:flake8|ruff): noqa\s*$/,
  /^pyright: basic\s*$/,
];

/** Comments that keep a checker from looking at a whole file. */
export function findSilencedChecks(file: FileFacts): GateFinding[] {
  const found = file.comments.filter(({ text }) => silencers.some((form) => form.test(text)));
  return found.map(({ text, line }) => {
    return makeFinding({
      rule: "silenced-check",
      path: file.path,
      line,
      reason: "a checker is kept from looking at the whole file",
      code: text,
    });
  });
}

/** Comments in which a model admits that the code only looks like what was asked for. */
const admissions = [
  /\bin (?:a |the )?(?:real|production|actual)(?:[- ]world)?(?:,| (?:app\w*|implementation|system|world|code|environment|scenario|version|service|setting))?,? .{0,60}\b(?:would|should|you'd|we'd|could|use|call|connect|query|replace|integrate)\b/i,
  /\b(?:would|should) (?:normally|typically|usually|actually)\b/i,
  /\bnormally,? (?:this|we|it|you)\b.{0,30}\bwould\b/i,
  /^(?:just |here we |we )?simulat(?:e|es|ed|ing)\b/i,
  /^(?:a |this is a |temporary |just a )?(?:placeholder|stub)(?:\s*[:.(]|\s*$| (?:implementation|function|method|value|logic|until|for now|that|returning|returns?))/i,
  /\bplaceholder (?:implementation|until|for now|value|logic)\b/i,
  /\bfor now,? .{0,30}\b(?:return|hard-?cod|dummy|fixed|assume|skip|mock|fake|stub|ignore|accept|pretend)/i,
  /\b(?:just|simply|always|only) (?:return|accept|assume)\w*\b.{0,40}\bfor now\b/i,
  /\b(?:return|use|generate|send|with|this is)s?(?:ing|ed)? (?:some |a |an )?(?:mock(?:ed)?|fake|dummy|stub(?:bed)?|hard-?coded|canned|made-up) (?:data|values?|responses?|results?|implementation|answers?|charge|object|list)\b/i,
  /^(?:mock(?:ed)?|fake|dummy|stub(?:bed)?|hard-?coded|canned) (?:data|values?|responses?|results?|implementation|answers?|api|return)\b/i,
  /\bsimplified (?:for|version|implementation)\b/i,
  /\b(?:to be|will be|must be|needs? to be|yet to be) implemented\b/i,
  /\b(?:not|isn't|never) (?:yet )?(?:been )?implemented(?: yet)?(?:$|[.:;,)]| (?:yet|here|in this))/i,
  /\bimplement(?:ed|ation)? (?:this |it )?later\b/i,
  /\bcoming soon\b/i,
  /^(?:dummy|stub(?:bed)?|hard-?coded|canned|mocked|fake[ds]?) \w+/i,
  /\b(?:comes?|added|done|follows?|handled|left) (?:in|for) (?:the|a) (?:next|later|future|second) (?:phase|version|iteration|step|release|milestone)\b/i,
  /\bout of scope (?:for|in) (?:the|this)\b/i,
];

/** Comments for which a piece of code answers a test, not its task. */
const testServing =
  /\b(?:mak|get)(?:e|es|s|ing|ting)\b.{0,25}\btests? (?:to )?(?:pass|happy|green|succeed)|\b(?:satisf(?:y|ies)|pleas(?:e|es)) (?:the |our |all )?(?:unit |failing )?tests?\b|\bhard-?coded? (?:for|to) .{0,20}\btests?\b|\b(?:expected|wanted) by the (?:unit |failing )?tests?\b(?! (?:function|case|suite|runner))|\bwhat the tests? (?:expects?|wants?)\b/i;

/** Comments that admit a stub, or an answer made for a test, outside of tests. */
export function findAdmissions(file: FileFacts): GateFinding[] {
  if (file.isTest) return [];
  return joinComments(file.comments).flatMap(({ text, line }) => {
    if (testServing.test(text)) {
      return [
        makeFinding({
          rule: "hard-coded-answer",
          path: file.path,
          line,
          reason: "a comment says that the code is made for a test",
          code: text,
        }),
      ];
    }
    if (!admissions.some((form) => form.test(text))) return [];
    return [
      makeFinding({
        rule: "stub",
        path: file.path,
        line,
        reason: "a comment says that the real thing is missing",
        code: text,
      }),
    ];
  });
}

import { singularOf, splitWords } from "../spec/_names.ts";
import type { ServiceDraft } from "../spec/draft.ts";

/** Words that carry no demand of their own. */
const filler =
  "a about above after again all already also always an and another any are as asked at available be because become been before below belong between both but by can case clear come concern consist contain do does down during each either else enough equal every exactly example except exist expect few first follow following for form from full further get give given go good had has have held her him his hold how however if in include indeed inside instead into is it its itself just keep kept kind know known last least let like look made make many may means mean might more most much must name named near need needs new no none nor not now of off on once one only onto or other others our out over own part  per  plain please possible provide put reach real really reason regard respective right s said same say see set several shall she should show shown side simple since small so some soon sort still such support  take tell than that the their them then there these they thing this those three through thus time times to together too two under unless until up upon use used user uses using usual value valid very via  was way we well were what whatever when where whether which while who whole whose why will with within without  would yet you your nothing zero him clerk operator editor desk  team client api application backend system service server rest resource entity entities record object data anyone everyone whoever caller consumer developer agree agreed";

/** Words of the rules: what they are about, and how a spec asks for it. */
const technical =
  "able location js cleanly clean works working working sense network closed front reversed sort descending accept access action add allow alphabetical already answer apply array ascend ascending descend descending asc desc attribute authenticate authentication authorization back bad base bearer begin behind belong big bigger body book boolean bool broken browse byte cap capped carry carries cascade change character char check clear client clamp code collection column combination compare compatible complete conflict connection constant constraint contain content convert correct create creation credential crud current data database date default delete deletion dependency depend describe description detail differ digit disallow document down downwards duplicate earlier early edit empty end endpoint enter entry environment equal error every exceed exist exit expect explain express expose extra fail failure false fetch field file fill filter final find finish fixed flight follow forbid forbidden format found free full generate generated get graceful gracefully handle header health healthy hide higher hold http id identifier identify ignore import inform initial input insensitive insert instead integer internal invalid iso item javascript join json keep key keyword large larger later latest leak least left length letter like limit link list listen load locate  logic long longer look lookup lower machine maintain malformed manage mandatory many map mark match maximum max mb kb kib mib megabyte kilobyte   mention message method mime minimum min miss missing mode modify modification move must name negative nest nested never new newest next node non null number object occur offer offset oldest omit on only open openapi operation optional option order ordered otherwise page paged paginate pagination paging pair param parameter parent parse partial pass patch path pattern permit persist persistent place plain point port position positive possible post prefix prepare prepared present prevent previous primary print problem process produce  prohibit protect proper property protected public put query range reach reached read reader readable reading receive recent record refer reference referenced refuse register reject relate relation release remain remove rename replace reply report represent request require required resource respond response restart result retain retrieve return reverse rfc row rule run safe save schema scheme search searchable  secret secure see select send sent separate serve service shape  show shut shutdown side sign minus signal sigterm sigint single size skip smaller sort sortable specific specify specified sql sqlite stack stage standard start state statement status stay stop store stored string structure submit substring succeed success successful supply survive syntax table take taken term terminate test text timestamp timing title token too  total trace  transition trim true try twice type unauthenticated undefined unique uniqueness unknown unsupported update updated upper url uri use utc uuid valid validate validation value variable verb version view violate violation  well whole wide word  write written wrong www  absent account additional afterwards answered asking attach attempt automatic become belongs besides bring cannot cause changeable choose closed closest  comma come compare confirm consistent contradict   counting cover currently decimal declare define denote depend deprecated designate direction directly distinct either email equals exclude expected explicit fewer figure float foreign given greater guarantee helpful  identical inclusive incoming index indicate individual interface invent item itself kind know label largest lead leading leave level line   loopback lowercase uppercase main meaning mentioned  mixed moment narrow narrowed native neither notation occurrence  omitted operate original outgoing overwrite package pass past future permitted persisted precede precise preserve proceed  prose provided range raw reachable reason receiving reserved reset respect reuse route same say section  sentence sequence simply slash someone space span speak stable stand state stated step strict subset  supplied surround symbol target temporary thrown today tell told treat trusted typed unauthorized unchanged understood unit unset up value vary vanish visible  within answers npm web code constraints engine framework library runtime standard module esm";

const stems = new Set(`${filler} ${technical}`.split(" ").flatMap((word) => [word, stemOf(word)]));

function stemOf(word: string): string {
  const base = singularOf(word);
  for (const end of ["ingly", "edly", "ation", "ing", "ies", "ied", "ed", "er", "ly", "es", "e", "y", "s"]) {
    if (base.endsWith(end) && base.length - end.length >= 3) {
      const cut = base.slice(0, -end.length);
      return /([^aeiou])\1$/.test(cut) && !/(?:ll|ss)$/.test(cut) ? cut.slice(0, -1) : cut;
    }
  }
  return base;
}

/** The words of a statement that neither the rules nor the spec's own names explain, in order, once each. */
export function unexplainedWords(draft: Pick<ServiceDraft, "entities">, raw: string): string[] {
  const own = ownWords(draft);
  const prose = raw
    .replaceAll(/`[^`]*`/g, " ")
    .replaceAll(/\S*[/_<>{}?=]\S*/g, " ")
    .replaceAll(/\b\d[\w.]*/g, " ");
  const words = splitWords(prose.replaceAll(/['’]s\b/g, ""));
  return [
    ...new Set(
      words.filter(
        (word) =>
          word.length > 1 && !stems.has(word) && !stems.has(stemOf(word)) && !own.has(word) && !own.has(stemOf(word)),
      ),
    ),
  ];
}

const remembered = new WeakMap<object, Set<string>>();

function ownWords({ entities }: Pick<ServiceDraft, "entities">): Set<string> {
  const known = remembered.get(entities);
  if (known !== undefined) return known;
  const names = entities.flatMap((entity) => [
    entity.name,
    entity.plural,
    ...entity.fields.flatMap((field) => [field.name, ...(field.values ?? [])]),
    ...entity.endpoints.map((endpoint) => endpoint.path),
  ]);
  const words = new Set(
    names.flatMap((name) => splitWords(name)).flatMap((word) => [word, singularOf(word), stemOf(word)]),
  );
  remembered.set(entities, words);
  return words;
}

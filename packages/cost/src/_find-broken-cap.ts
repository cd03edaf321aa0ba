import type { CallScope, CapKind, Clock, MicroUsd, ReserveRequest } from "@ccb/core";
import type { CostTable } from "./_cost-table.ts";
import { formatUsd } from "./_micro-usd.ts";

/** A cap and what it allows. */
export interface Cap {
  kind: CapKind;
  amount: MicroUsd;
}

/** The caps that were given, the widest first. */
export function listCaps(given: {
  capMicroUsd?: MicroUsd;
  caps?: {
    phaseMicroUsd?: MicroUsd | undefined;
    taskMicroUsd?: MicroUsd | undefined;
    dayMicroUsd?: MicroUsd | undefined;
  };
}): Cap[] {
  const { capMicroUsd, caps = {} } = given;
  const amounts = { build: capMicroUsd, phase: caps.phaseMicroUsd, task: caps.taskMicroUsd, day: caps.dayMicroUsd };
  return (["build", "phase", "task", "day"] as const).flatMap((kind) => {
    const amount = amounts[kind];
    return amount === undefined ? [] : [{ kind, amount }];
  });
}

/** The first cap that a call's worst case would break, and why; to be asked in the transaction that reserves. */
export function findBrokenCap(
  ledger: { table: CostTable; caps: readonly Cap[]; clock: Clock },
  request: ReserveRequest,
  neededMicroUsd: MicroUsd,
): { cap: CapKind; capMicroUsd: MicroUsd; reason: string } | undefined {
  const { table, caps, clock } = ledger;
  const { scope } = request;
  const keys = { phase: scope.phase, task: scope.task, day: clock.now().toISOString().slice(0, 10) };
  for (const { kind, amount } of caps) {
    const taken = takenOf(table, kind, kind === "build" ? "" : keys[kind]);
    if (!taken || taken.costMicroUsd + taken.heldMicroUsd + taken.reservedMicroUsd + neededMicroUsd <= amount) continue;
    const reason = describeRefusal({ kind, scope, capMicroUsd: amount, ...taken, neededMicroUsd });
    return { cap: kind, capMicroUsd: amount, reason };
  }
  return undefined;
}

/** What of a cap is taken; undefined for a call outside of any phase or task. */
function takenOf(table: CostTable, kind: CapKind, key: string | undefined) {
  if (kind === "build") {
    const { costMicroUsd, countedMicroUsd } = table.sums();
    return { costMicroUsd, heldMicroUsd: countedMicroUsd - costMicroUsd, reservedMicroUsd: table.reserved() };
  }
  return key === undefined ? undefined : table.taken(kind, key);
}

/** Why a call is not let through, with the figures. */
function describeRefusal(refusal: {
  kind: CapKind;
  scope: CallScope;
  capMicroUsd: MicroUsd;
  costMicroUsd: MicroUsd;
  reservedMicroUsd: MicroUsd;
  heldMicroUsd: MicroUsd;
  neededMicroUsd: MicroUsd;
}): string {
  const parts = [`${formatUsd(refusal.costMicroUsd)} is spent`];
  if (refusal.reservedMicroUsd > 0)
    parts.push(`${formatUsd(refusal.reservedMicroUsd)} is reserved for calls under way`);
  if (refusal.heldMicroUsd > 0) parts.push(`${formatUsd(refusal.heldMicroUsd)} is held for calls of unknown cost`);
  const needed = formatUsd(refusal.neededMicroUsd);
  const cap = `The cap of ${formatUsd(refusal.capMicroUsd)}${nameScope(refusal)}`;
  return `${cap} would not hold: ${parts.join(", ")}, and this call may cost up to ${needed}.`;
}

function nameScope({ kind, scope }: { kind: CapKind; scope: CallScope }): string {
  switch (kind) {
    case "build":
      return "";
    case "phase":
      return ` for phase ${scope.phase}`;
    case "task":
      return ` for task ${scope.task}`;
    case "day":
      return " for a day (UTC)";
  }
}

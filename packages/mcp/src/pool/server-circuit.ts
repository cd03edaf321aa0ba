/** How one server has done of late; plain data, times in monotonic milliseconds. */
export interface ServerCircuit {
  /** Failures since the last success. */
  failures: number;
  /** No start or call before this time; 0 for none. */
  blockedUntilMs: number;
  /** The circuit is open: calls are refused at once until `blockedUntilMs`, then one is let through as a trial. */
  open: boolean;
}

export interface CircuitPolicy {
  /** Failures in a row that open the circuit. */
  failures: number;
  /** Milliseconds it stays open. */
  openMs: number;
  /** Milliseconds to wait after the first failure; doubles with each, up to `maxBackOffMs`. */
  backOffMs: number;
  maxBackOffMs: number;
}

/** Nothing happened yet. */
export const closedCircuit: ServerCircuit = Object.freeze({ failures: 0, blockedUntilMs: 0, open: false });

/** The circuit after a call or start failed. `random` (0 to 1) spreads restarts over the second half of the wait. Pure. */
export function noteFailure(
  circuit: ServerCircuit,
  at: { policy: CircuitPolicy; nowMs: number; random: number },
): ServerCircuit {
  const { policy, nowMs, random } = at;
  const failures = circuit.failures + 1;
  if (failures >= policy.failures) return { failures, open: true, blockedUntilMs: nowMs + policy.openMs };
  const full = Math.min(policy.maxBackOffMs, policy.backOffMs * 2 ** (failures - 1));
  return { failures, open: false, blockedUntilMs: nowMs + full * (0.5 + random / 2) };
}

/** What a call may do now: go, wait that long for the back-off, or be refused until the circuit is tried again. Pure. */
export function decideCall(
  circuit: ServerCircuit,
  nowMs: number,
): { decision: "go" } | { decision: "wait" | "refuse"; ms: number } {
  const ms = circuit.blockedUntilMs - nowMs;
  if (ms <= 0) return { decision: "go" };
  return { decision: circuit.open ? "refuse" : "wait", ms };
}

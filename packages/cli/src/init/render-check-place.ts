import type { BuildOptions } from "@ccb/builder";
import { type CheckPlaceFlags, readCheckPlace } from "../acceptance/check-place.ts";
import type { Reporter } from "../render/create-reporter.ts";
import type { Terminal } from "../terminal.ts";

type CheckPlace = Pick<BuildOptions, "sandbox" | "testEnvironment" | "checkKinds">;

/** Where and with what checks run, as the builder takes it. CcbError `bad-input` for a file that cannot be used. */
export async function renderCheckPlace(
  flags: CheckPlaceFlags,
  context: { terminal: Terminal; reporter: Reporter },
): Promise<CheckPlace> {
  const { terminal, reporter } = context;
  const { kinds, ...place } = await readCheckPlace(flags, { terminal, ask: (question) => reporter.paused(question) });
  return { ...place, ...(kinds === undefined ? {} : { checkKinds: kinds }) };
}

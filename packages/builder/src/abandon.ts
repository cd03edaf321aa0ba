import { CcbError } from "@ccb/core";

/** The reason of a build that is to end as if its process had been killed. */
export function abandonReason(): CcbError {
  return new CcbError({ code: "stopped", message: "The build was abandoned.", details: { abandoned: true } });
}

/** True where a build is to leave everything as it is: no report, no end noted, nothing tidied up. */
export function isAbandoned(signal: AbortSignal): boolean {
  return CcbError.isInstance(signal.reason) && signal.reason.details.abandoned === true;
}

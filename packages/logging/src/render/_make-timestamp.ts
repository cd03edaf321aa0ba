/** `YYYYMMDD_HHMMSS` of a time, in UTC as all times in logs are. */
export function makeTimestamp(time: Date): string {
  return time.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "_");
}

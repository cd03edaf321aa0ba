/** US dollars from micro-dollars: cents from one dollar on, four digits below. */
export function formatUsd(microUsd: number): string {
  const usd = microUsd / 1_000_000;
  return `$${usd !== 0 && Math.abs(usd) < 1 ? usd.toFixed(4) : usd.toFixed(2)}`;
}

/** Milliseconds: "850 ms", "4.2 s", "3 min 5 s", "1 h 2 min". */
export function formatMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** A count with thousands separated. */
export function formatCount(value: number): string {
  return value.toLocaleString("en-US");
}

/** A share of 0 to 1 in per cent; a dash for one that is not known. */
export function formatShare(share: number | undefined): string {
  return share === undefined ? "–" : `${(100 * share).toFixed(share === 1 || share === 0 ? 0 : 1)} %`;
}

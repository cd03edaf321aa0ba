/** Keeps the last bytes of an output that may be endless. */
export interface OutputTail {
  add(chunk: Buffer): void;
  /** Valid UTF-8: a character that the cut would halve is left out. */
  text(): string;
  /** True once the beginning has been dropped. */
  isCut(): boolean;
}

/** What evidence keeps of an output, in bytes. */
export const evidenceOutputBytes = 16 * 1024;

/** An {@link OutputTail} of at most `limit` bytes. */
export function createOutputTail(limit: number): OutputTail {
  let chunks: Buffer[] = [];
  let size = 0;
  let cut = false;
  const compact = () => {
    const whole = Buffer.concat(chunks);
    cut ||= whole.length > limit;
    chunks = [whole.subarray(Math.max(0, whole.length - limit))];
    size = Math.min(whole.length, limit);
  };
  return {
    add(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limit * 2) compact();
    },
    text() {
      compact();
      const bytes = chunks[0] ?? Buffer.alloc(0);
      return bytes.subarray(cut ? firstCharacter(bytes) : 0).toString("utf8");
    },
    isCut: () => cut || size > limit,
  };
}

/** The offset of the first byte that begins a character. */
function firstCharacter(bytes: Buffer): number {
  let offset = 0;
  while (offset < 4 && ((bytes[offset] ?? 0) & 0b1100_0000) === 0b1000_0000) offset += 1;
  return offset;
}

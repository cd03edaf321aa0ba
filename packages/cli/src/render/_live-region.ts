import { createLogUpdate } from "log-update";

/** A status at the foot of the terminal that is redrawn, with lines scrolling above it. */
export interface LiveRegion {
  print(text: string): void;
  draw(text: string): void;
  clear(): void;
}

/** Creates the region on a terminal stream. */
export function createLiveRegion(stream: NodeJS.WriteStream): LiveRegion {
  const update = createLogUpdate(stream, { showCursor: true });
  let drawn = "";
  return {
    print(text) {
      update.clear();
      stream.write(`${text}\n`);
      if (drawn !== "") update(drawn);
    },
    draw(text) {
      drawn = text;
      update(text);
    },
    clear() {
      drawn = "";
      update.clear();
    },
  };
}

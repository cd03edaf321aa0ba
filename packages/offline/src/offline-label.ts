/** What the offline model calls itself wherever it answers. */
export const offlineLabel = "CCB's offline model: answers by rule, not a language model";

/** The same as a sentence, for texts that people read. */
export const offlineSentence =
  "Written by CCB's offline model, which answers by rule and is not a language model; nobody has thought about this text.";

/** Starts the reason of every requirement that the offline model leaves out. */
export const cannotBuildPrefix = "The offline model cannot build this: ";

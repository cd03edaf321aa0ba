import manifest from "../package.json" with { type: "json" };

/** The version of the CLI and of every `@ccb/*` package: they are released together. */
export const version: string = manifest.version;

export type { FileSource } from "./file-source.ts";
export { files, folder } from "./file-source.ts";
export type { FilesOptions, SkippedEntry, SkipReason } from "./files-options.ts";

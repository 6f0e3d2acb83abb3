/** Places where a crash would matter most: tests stop the process there. In production nothing listens. */
export type FaultPoint =
  | "document-processed"
  | "publication-begun"
  | "embedded"
  | "rows-written"
  | "rows-verified"
  | "rows-retired"
  | "committed"
  | "purged";

export type FaultHook = (point: FaultPoint) => void | Promise<void>;

export { isSafeKey } from "./safe-key.ts";
export { MAX_SIDECAR_BYTES, parseSidecar, SIDECAR_SUFFIX, type Sidecar } from "./sidecar.ts";

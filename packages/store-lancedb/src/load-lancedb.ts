import { boundNativeMemory } from "./native-settings.ts";

type Lancedb = typeof import("@lancedb/lancedb");

let loaded: Promise<Lancedb> | undefined;

/** LanceDB with its native code, loaded when it is first needed. */
export function loadLancedb(): Promise<Lancedb> {
  boundNativeMemory();
  loaded ??= import("@lancedb/lancedb");
  return loaded;
}

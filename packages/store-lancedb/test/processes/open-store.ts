// Run as a process of its own: open-store.ts PATH. Says whether LanceDB's module was loaded by open(), then by a count.
import { lancedbStore } from "../../src/index.ts";

function isLoaded(): boolean {
  const { sharedObjects } = process.report.getReport() as unknown as { readonly sharedObjects: readonly string[] };
  return sharedObjects.some((name) => /lancedb.*\.node$/.test(name));
}

const store = lancedbStore({ path: process.argv[2]! });
await store.open({ dimensions: 8 });
const afterOpen = isLoaded();
const rows = await store.count();
process.stdout.write(JSON.stringify({ afterOpen, afterCount: isLoaded(), rows }));
await store.close();

// Run as a process of its own: write-rows.ts PATH FIRST BATCHES ROWS. Says "batch N" after each batch that is durable.
import { encodeStoreRows, rowOf } from "@groundwork/testing/vector-store-fixtures";
import { lancedbStore } from "../../src/index.ts";

const [path, first, batches, rows] = [process.argv[2]!, ...process.argv.slice(3).map(Number)] as [
  string,
  number,
  number,
  number,
];
const store = lancedbStore({ path });
await store.open({ dimensions: 8 });
for (let batch = 0; batch < batches; batch++) {
  const start = first + batch * rows;
  await store.write(encodeStoreRows(Array.from({ length: rows }, (_, index) => rowOf(start + index))));
  process.stdout.write(`batch ${batch}\n`);
}
await store.close();

// Spends a shared quota in a process of its own and prints how many calls it made.
import { createGovernor, leaseQuota } from "../src/index.ts";
import { sqliteQuotaStore } from "../src/sqlite-quota-store.ts";

const [path = "", totalRequests = "0"] = process.argv.slice(2);
const store = sqliteQuotaStore(path);
const lease = leaseQuota({ store, key: "shared", totalRequests: Number(totalRequests) });
const governor = createGovernor({ lease });
let calls = 0;
const results = await Promise.allSettled(
  Array.from({ length: 60 }, () =>
    governor.run({}, async () => {
      calls++;
    }),
  ),
);
const codes = new Set(results.flatMap((result) => (result.status === "rejected" ? [String(result.reason.code)] : [])));
await governor.close();
await store.close?.();
process.stdout.write(JSON.stringify({ calls, codes: [...codes] }));

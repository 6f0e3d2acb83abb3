import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { groundwork } from "./command-line.ts";

const CORPUS = fileURLToPath(new URL("../../examples/policy-search/corpus", import.meta.url));
const BINARY = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

let work: string;
let kb: string;
let policies: string;

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "groundwork-e2e-"));
  kb = join(work, "kb");
  policies = join(work, "policies");
  await mkdir(policies);
});
afterEach(() => rm(work, { recursive: true, force: true }));

const take = (...names: string[]): Promise<unknown> =>
  Promise.all(names.map((name) => cp(join(CORPUS, name), join(policies, name))));
const ingest = (...more: string[]) => groundwork(["ingest", policies, "--kb", kb, ...more]);

describe("bad input gets a clear error and loses nothing", () => {
  test("a missing path", async () => {
    const { code, err } = await groundwork(["ingest", join(work, "nowhere"), "--kb", kb]);
    expect(code).toBe(2);
    expect(err).toContain("SOURCE_NOT_FOUND");
    expect(err).toContain("nowhere");
  });

  test("an empty folder", async () => {
    const { code, out } = await ingest();
    expect(code).toBe(0);
    expect(out).toContain("The source has no documents.");
  });

  test("an unreadable file is told, the rest is ingested", async (context) => {
    if (process.getuid?.() === 0) return context.skip("root reads every file");
    await take("moving.md", "transit-benefit.md");
    await chmod(join(policies, "moving.md"), 0);
    const { out } = await ingest("--json");
    const report = JSON.parse(out) as { counts: Record<string, number> };
    expect(report.counts).toMatchObject({ added: 1 });
  });

  test("a 0-byte PDF, a broken DOCX and an unknown format are typed outcomes; the rest is ingested", async () => {
    await take("moving.md");
    await writeFile(join(policies, "empty.pdf"), "");
    await writeFile(join(policies, "broken.docx"), Buffer.from("PK\u0003\u0004 not really a package", "latin1"));
    await writeFile(
      join(policies, "noise.bin"),
      Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256)),
    );
    const { code, out } = await ingest("--json");
    expect(code).toBe(3);
    const report = JSON.parse(out) as {
      counts: Record<string, number>;
      outcomes: { key: string; error?: { code: string; message: string } }[];
    };
    expect(report.counts.added).toBe(1);
    const codes = Object.fromEntries(report.outcomes.map(({ key, error }) => [key, error?.code]));
    expect(codes["empty.pdf"]).toBe("EMPTY_DOCUMENT");
    expect(["CORRUPT_DOCUMENT", "UNSUPPORTED_MEDIA_TYPE", "NO_TEXT"]).toContain(codes["broken.docx"]);
    expect(["UNSUPPORTED_MEDIA_TYPE", "NO_TEXT", "CORRUPT_DOCUMENT"]).toContain(codes["noise.bin"]);
    const status = await groundwork(["status", "--kb", kb]);
    expect(status.out).toContain("3 documents could not be read");
  });

  test("asking before anything is ingested", async () => {
    const { code, err } = await groundwork(["search", "travel", "--kb", kb]);
    expect(code).toBe(2);
    expect(err).toContain("There is no knowledge base");
  });

  test("a corrupt catalog and a corrupt store are typed errors that say what to do", async () => {
    await take("moving.md");
    await ingest();
    await writeFile(
      join(kb, "catalog.sqlite"),
      "this is not a database, it only looks long enough to be one".repeat(100),
    );
    await rm(join(kb, "catalog.sqlite-wal"), { force: true });
    await rm(join(kb, "catalog.sqlite-shm"), { force: true });
    const catalog = await groundwork(["status", "--kb", kb]);
    expect(catalog.code).toBe(1);
    expect(catalog.err).toContain("CATALOG_CORRUPT");

    const second = join(work, "kb2");
    await groundwork(["ingest", policies, "--kb", second]);
    const damage = async (folder: string): Promise<void> => {
      for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
        if (entry.isFile() && /\.(manifest|lance)$/.test(entry.name))
          await writeFile(join(entry.parentPath, entry.name), "damaged");
      }
    };
    await damage(join(second, "store"));
    const store = await groundwork(["search", "moving", "--kb", second]);
    expect(store.code).not.toBe(0);
    expect(store.err).toContain("STORE_CORRUPT");
  });

  test("a source folder that is not mounted deletes nothing", async () => {
    await take("moving.md", "transit-benefit.md");
    await ingest();
    await rename(policies, `${policies}-elsewhere`);
    const missing = await ingest();
    expect(missing.code).toBe(2);
    expect(missing.err).toContain("SOURCE_NOT_FOUND");
    await mkdir(policies);
    const empty = await ingest();
    expect(empty.code).toBe(2);
    expect(empty.err).toContain("MASS_DELETE_REFUSED");
    const { out } = await groundwork(["status", "--kb", kb, "--json"]);
    expect((JSON.parse(out) as { documents: { live: number } }).documents.live).toBe(2);
  });

  test("wrong use of the command", async () => {
    expect((await groundwork([])).code).toBe(2);
    expect((await groundwork(["fly"])).err).toContain('no command "fly"');
    expect((await groundwork(["ingest"])).err).toContain("Name at least one file or folder");
    expect((await groundwork(["search", "--kb", kb])).err).toContain("Give the question");
    expect((await groundwork(["search", "x", "--filter", "{", "--kb", kb])).err).toContain("not JSON");
    expect((await groundwork(["status", "--nonsense"])).err).toContain("nonsense");
  });
});

test("Ctrl-C in the middle: the store stays consistent and the next run completes", { timeout: 120_000 }, async () => {
  await take(
    "leave.md",
    "moving.md",
    "overtime.docx",
    "tock-time-tracking-and-billing.pdf",
    "travel-guide-2-book-travel.md",
    "transit-benefit.md",
    "conferences-events-training.md",
  );
  const child = spawn(process.execPath, ["--conditions=@groundwork/source", BINARY, "ingest", policies, "--kb", kb], {
    stdio: "pipe",
  });
  let error = "";
  child.stderr.on("data", (data: Buffer) => {
    error += data.toString();
  });
  // Once the catalog is there, the command listens for the signal.
  while (child.exitCode === null && !existsSync(join(kb, "catalog.sqlite")))
    await new Promise((resolve) => setTimeout(resolve, 20));
  setTimeout(() => child.kill("SIGINT"), 1000);
  const [code] = (await once(child, "exit")) as [number | null];
  // A fast machine may have finished before the signal came.
  expect([0, 130]).toContain(code);
  if (code === 130) expect(error).toContain("Stopping");
  const next = await ingest("--json");
  expect(next.code, next.err).toBe(0);
  const status = JSON.parse((await groundwork(["status", "--kb", kb, "--json"])).out) as {
    documents: { live: number };
    chunks: number;
    openPublications: number;
  };
  expect(status.documents.live).toBe(7);
  expect(status.openPublications).toBe(0);
  const doctor = await groundwork(["doctor", "--kb", kb]);
  expect(doctor.out).toContain("store and catalog agree");
});

test("kill -9 in the middle: the next run starts at once and completes", { timeout: 120_000 }, async () => {
  await take(
    "leave.md",
    "moving.md",
    "overtime.docx",
    "travel-guide-2-book-travel.md",
    "transit-benefit.md",
    "conferences-events-training.md",
  );
  for (const delay of [900, 1800, 2600]) {
    const child = spawn(process.execPath, ["--conditions=@groundwork/source", BINARY, "ingest", policies, "--kb", kb], {
      stdio: "ignore",
    });
    setTimeout(() => child.kill("SIGKILL"), delay);
    await once(child, "exit");
  }
  const started = performance.now();
  const next = await ingest("--json");
  expect(next.code, next.err).toBe(0);
  expect(performance.now() - started).toBeLessThan(25_000);
  const doctor = await groundwork(["doctor", "--kb", kb]);
  expect(doctor.out).toContain("store and catalog agree");
  expect(doctor.out).toContain("6 documents");
});

test("a second writer waits, or gets a retryable error with an exit code of its own", async () => {
  await take("moving.md", "transit-benefit.md", "leave.md", "overtime.docx");
  const first = ingest("--json");
  await new Promise((resolve) => setTimeout(resolve, 700));
  const impatient = await ingest("--wait", "0");
  const patient = await ingest("--wait", "60");
  expect((await first).code).toBe(0);
  expect([0, 5]).toContain(impatient.code);
  if (impatient.code === 5) expect(impatient.err).toContain("LEASE_HELD");
  expect(patient.code).toBe(0);
});

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PiiDetector, PiiFinding, SealedValue } from "@groundwork/contracts";
import { piiStage, pseudonymize } from "@groundwork/pii-policy";
import { expectError } from "@groundwork/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localKeyProvider, type SqliteVault, sqliteVault } from "../src/index.ts";

const KEY = new Uint8Array(32).fill(5);
const purposes = { "fraud investigation": ["group:fraud"], support: ["user:ana"] };
let folder: string;
let path: string;
let vault: SqliteVault;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "groundwork-vault-"));
  path = join(folder, "vault.sqlite");
  vault = sqliteVault({ path, key: KEY, purposes });
});
afterEach(async () => {
  await vault.close();
  rmSync(folder, { recursive: true, force: true });
});

const detector: PiiDetector = {
  identity: { name: "fake", revision: "1" },
  detect: async (texts) =>
    texts.map((text) =>
      Array.from(
        text.matchAll(/Zelda Quorn|Ivo Tamm/g),
        ({ 0: value, index }): PiiFinding => ({
          type: "NAME",
          start: index,
          end: index + value.length,
          score: 0.9,
          detector: "fake",
        }),
      ),
    ),
};

async function protect(text: string, scope = "default"): Promise<{ text: string; sealed: readonly SealedValue[] }> {
  const stage = piiStage({ detectors: [detector], policy: pseudonymize({ scope }), key: KEY, reversible: true });
  const { elements, sealed = [] } = await stage.protect({
    documentId: "d",
    version: "v",
    metadata: {},
    elements: [{ kind: "paragraph", text }],
  });
  return { text: elements[0]!.text, sealed };
}

const fraud = { principal: { user: "bo", groups: ["fraud"] }, purpose: "fraud investigation" };
const holder = (documentId: string, revisionId = "r1") => ({ documentId, revisionId });
const filesHold = (text: string): boolean =>
  readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(text));

test("a pseudonym is revealed for a purpose to whom it is allowed, and every attempt is on record", async () => {
  const { text, sealed } = await protect("Zelda Quorn and Zelda Quorn");
  expect(sealed).toHaveLength(1);
  const token = sealed[0]!.token;
  expect(text).toBe(`${token} and ${token}`);
  await vault.put(holder("doc_1"), sealed);
  await vault.put(holder("doc_1"), sealed);
  await vault.put(holder("doc_2"), sealed);
  expect(await vault.reveal({ token, ...fraud })).toEqual([
    {
      type: "NAME",
      action: "keep",
      value: "Zelda Quorn",
      subject: sealed[0]!.subject,
      documentIds: ["doc_1", "doc_2"],
    },
  ]);
  await expectError(() => vault.reveal({ token, ...fraud, purpose: "curiosity" }), "PERMISSION_DENIED");
  await expectError(() => vault.reveal({ token, ...fraud, purpose: "constructor" }), "PERMISSION_DENIED");
  await expectError(() => vault.reveal({ token, ...fraud, purpose: "support" }), "PERMISSION_DENIED");
  await expectError(() => vault.reveal({ token, principal: {}, purpose: "support" }), "PERMISSION_DENIED");
  await expectError(() => vault.reveal({ token: "Nobody", ...fraud }), "NOT_FOUND");
  await expectError(() => vault.reveal({ token, ...fraud, scope: "other" }), "NOT_FOUND");
  await expectError(() => vault.reveal({ token, ...fraud, readable: async () => new Set() }), "NOT_FOUND");
  const some = await vault.reveal({ token, ...fraud, readable: async () => new Set(["doc_2"]) });
  expect(some[0]!.documentIds).toEqual(["doc_2"]);
  const audit = await vault.audit();
  expect(audit.map(({ granted, reason }) => reason ?? granted)).toEqual([
    true,
    "nothing-readable",
    "unknown-token",
    "unknown-token",
    "not-for-this-principal",
    "not-for-this-principal",
    "unknown-purpose",
    "unknown-purpose",
    true,
  ]);
  expect(audit.at(-1)).toMatchObject({ principals: ["user:bo", "group:fraud"], purpose: "fraud investigation", token });
  expect(JSON.stringify(audit)).not.toContain("Zelda");
});

test("no value is in the file, and what nobody holds any longer is destroyed", async () => {
  const first = await protect("Zelda Quorn");
  const second = await protect("Ivo Tamm");
  await vault.put(holder("doc_1"), [...first.sealed, ...second.sealed]);
  await vault.put(holder("doc_2"), first.sealed);
  await vault.copy(holder("doc_2"), holder("doc_3", "r9"));
  expect(filesHold("Zelda")).toBe(false);
  await vault.supersede(holder("doc_1", "r2"));
  await expectError(() => vault.reveal({ token: second.sealed[0]!.token, ...fraud }), "NOT_FOUND");
  await vault.forget(["doc_2"]);
  expect((await vault.reveal({ token: first.sealed[0]!.token, ...fraud }))[0]!.documentIds).toEqual(["doc_3"]);
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const count = () => {
    const database = new DatabaseSync(path);
    const { n } = database.prepare("SELECT count(*) AS n FROM subjects").get() as { n: number };
    database.close();
    return n;
  };
  expect(count()).toBe(1);
  await vault.forget(["doc_3"]);
  expect(count()).toBe(0);
});

test("an erased value is never revealed again, whoever holds it", async () => {
  const { sealed } = await protect("Zelda Quorn");
  const [{ token }] = sealed as [SealedValue];
  await vault.put(holder("doc_1"), sealed);
  expect(await vault.erase({ token })).toBe(1);
  await expectError(() => vault.reveal({ token, ...fraud }), "NOT_FOUND");
  await vault.put(holder("doc_2"), sealed);
  await expectError(() => vault.reveal({ token, ...fraud }), "NOT_FOUND");
  expect(await vault.erase({ token })).toBe(0);
});

test("two scopes know different tokens for one value", async () => {
  const [one, other] = [await protect("Zelda Quorn", "a"), await protect("Zelda Quorn", "b")];
  expect(one.sealed[0]!.token).not.toBe(other.sealed[0]!.token);
  await vault.put(holder("doc_1"), [...one.sealed, ...other.sealed]);
  for (const { sealed } of [one, other])
    expect((await vault.reveal({ token: sealed[0]!.token, scope: sealed[0]!.scope, ...fraud }))[0]!.value).toBe(
      "Zelda Quorn",
    );
});

test("rotation locks everything under another key; the old one opens nothing any more", async () => {
  const { sealed } = await protect("Zelda Quorn");
  const [{ token }] = sealed as [SealedValue];
  await vault.put(holder("doc_1"), sealed);
  const provider = localKeyProvider(new Uint8Array(32).fill(6));
  await vault.rotate(provider);
  expect((await vault.reveal({ token, ...fraud }))[0]!.value).toBe("Zelda Quorn");
  await vault.close();
  const old = sqliteVault({ path, key: KEY, purposes });
  await expectError(() => old.reveal({ token, ...fraud }), "UNAUTHENTICATED");
  await old.close();
  vault = sqliteVault({ path, key: KEY, purposes, provider });
  expect((await vault.reveal({ token, ...fraud }))[0]!.value).toBe("Zelda Quorn");
});

test("what was sealed with another key, or changed, is refused", async () => {
  const { sealed } = await protect("Zelda Quorn");
  const other = sqliteVault({ path: join(folder, "other.sqlite"), key: new Uint8Array(32).fill(9) });
  await expectError(() => other.put(holder("doc_1"), sealed), "UNAUTHENTICATED");
  await other.close();
  await expectError(() => vault.put(holder("doc_1"), [{ ...sealed[0]!, token: "somebody else" }]), "UNAUTHENTICATED");
  const bytes = Uint8Array.from(sealed[0]!.sealed);
  bytes[14]! ^= 1;
  await expectError(() => vault.put(holder("doc_1"), [{ ...sealed[0]!, sealed: bytes }]), "UNAUTHENTICATED");
});

test("two handles share one file, and a closed one says so", async () => {
  const other = sqliteVault({ path, key: KEY, purposes });
  const { sealed } = await protect("Zelda Quorn");
  await Promise.all([vault.put(holder("doc_1"), sealed), other.put(holder("doc_2"), sealed)]);
  expect((await other.reveal({ token: sealed[0]!.token, ...fraud }))[0]!.documentIds).toEqual(["doc_1", "doc_2"]);
  await other.close();
  await other.close();
  await expectError(() => other.audit(), "INVALID_ARGUMENT");
  await expectError(() => vault.audit({}, { signal: AbortSignal.abort() }), "ABORTED");
});

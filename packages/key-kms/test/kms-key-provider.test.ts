import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as sdk from "@aws-sdk/client-kms";
import { rulePii } from "@groundwork/pii-local";
import { piiStage, pseudonymize } from "@groundwork/pii-policy";
import { localKeyProvider, sqliteVault } from "@groundwork/pii-vault-sqlite";
import { expectError } from "@groundwork/testing";
import { type FakeAws, fakeAws } from "@groundwork/testing/aws";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { KMS_ERRORS, kmsKeyProvider } from "../src/index.ts";

const KEYS = [
  { id: "11111111-aaaa-4aaa-8aaa-111111111111", aliases: ["groundwork"] },
  { id: "22222222-bbbb-4bbb-8bbb-222222222222", aliases: ["second"] },
  { id: "33333333-cccc-4ccc-8ccc-333333333333", aliases: ["off"], state: "Disabled" },
  { id: "44444444-dddd-4ddd-8ddd-444444444444", aliases: ["going"], state: "PendingDeletion" },
] as const;

let aws: FakeAws;
beforeEach(async () => {
  aws = await fakeAws({ kms: { keys: KEYS } });
});
afterEach(() => aws.close());

const provider = (more: object = {}) => {
  const { endpoint, region, credentials } = aws;
  return kmsKeyProvider({ keyId: "alias/groundwork", endpoint, region, credentials, ...more });
};

describe("a key of KMS", () => {
  test("what it locked it opens; without it, or in another context, nobody does", async () => {
    const key = randomBytes(32);
    const locked = await provider().wrap(key);
    expect(Buffer.from(locked).includes(key)).toBe(false);
    expect(Buffer.from(await provider().unwrap(locked))).toEqual(key);
    expect(
      Buffer.from(await provider({ keyId: `arn:aws:kms:eu-west-1:123456789012:key/${KEYS[0].id}` }).unwrap(locked)),
    ).toEqual(key);
    await expectError(() => provider({ encryptionContext: { use: "other" } }).unwrap(locked), "UNAUTHENTICATED");
    await expectError(() => provider().unwrap(randomBytes(80)), "UNAUTHENTICATED");
    await using other = await fakeAws({ kms: { keys: KEYS } });
    const { endpoint, region, credentials } = other;
    await expectError(
      () => kmsKeyProvider({ keyId: "alias/groundwork", endpoint, region, credentials }).unwrap(locked),
      "UNAUTHENTICATED",
    );
  });

  test("errors say what to do", async () => {
    await expectError(async () => provider({ keyId: "" }), "INVALID_ARGUMENT");
    await expectError(() => provider().wrap(new Uint8Array(4_097)), "INVALID_ARGUMENT");
    await expectError(() => provider({ keyId: "alias/none" }).wrap(randomBytes(32)), "NOT_FOUND");
    await expectError(() => provider({ keyId: "alias/off" }).wrap(randomBytes(32)), "UNAVAILABLE");
    await expectError(() => provider({ keyId: "alias/going" }).wrap(randomBytes(32)), "UNAVAILABLE");
    await expectError(
      () => provider({ credentials: { ...aws.credentials, secretAccessKey: "wrong" } }).wrap(randomBytes(32)),
      "UNAUTHENTICATED",
    );
    await expectError(() => provider().wrap(randomBytes(32), { signal: AbortSignal.abort() }), "ABORTED");
  });

  test("a throttling and a broken connection are waited out", async () => {
    aws.faults.plant({ operation: "Encrypt", times: 1, fault: { kind: "throttle" } });
    aws.faults.plant({ operation: "Encrypt", skip: 1, times: 1, fault: { kind: "reset", when: "before" } });
    expect(await provider().wrap(randomBytes(32))).toBeInstanceOf(Uint8Array);
  });

  test("the table knows every exception of the service's client", () => {
    const exceptions = Object.entries(sdk)
      .filter(
        ([name, value]) => typeof value === "function" && /Exception$/.test(name) && name !== "KMSServiceException",
      )
      .map(([name]) => name);
    expect(exceptions.length).toBeGreaterThan(20);
    // Those of the two operations; the client has those of all.
    const own = [
      "DependencyTimeoutException",
      "DisabledException",
      "DryRunOperationException",
      "IncorrectKeyException",
    ];
    own.push(
      "InvalidCiphertextException",
      "InvalidGrantTokenException",
      "InvalidKeyUsageException",
      "KMSInternalException",
    );
    own.push("KMSInvalidStateException", "KeyUnavailableException", "NotFoundException");
    for (const name of own) {
      expect(exceptions).toContain(name);
      expect(KMS_ERRORS).toHaveProperty(name);
    }
  });
});

test("it locks a vault: opened with it alone, rotated to another key, after which the first is of no use", async () => {
  const folder = mkdtempSync(join(tmpdir(), "groundwork-kms-"));
  try {
    const key = randomBytes(32);
    const stage = piiStage({ detectors: [rulePii()], policy: pseudonymize(), key, reversible: true });
    const { elements, sealed = [] } = await stage.protect({
      documentId: "doc_1",
      version: "1",
      metadata: {},
      elements: [{ kind: "paragraph", text: "zelda.quorn@example.org" }],
    });
    const token = elements[0]!.text;
    const open = (one: ReturnType<typeof provider>) =>
      sqliteVault({ path: join(folder, "vault.sqlite"), key, provider: one, purposes: { audit: ["owner:local"] } });
    const vault = open(provider());
    await vault.put({ documentId: "doc_1", revisionId: "r1" }, sealed);
    await vault.close();
    const again = open(provider());
    expect(await again.reveal({ token, purpose: "audit" })).toMatchObject([{ value: "zelda.quorn@example.org" }]);
    await again.rotate(provider({ keyId: "alias/second" }));
    await again.close();
    for (const name of readdirSync(folder)) expect(readFileSync(join(folder, name)).includes("zelda")).toBe(false);
    await expectError(() => open(provider()).reveal({ token, purpose: "audit" }), "UNAUTHENTICATED");
    const local = sqliteVault({ path: join(folder, "vault.sqlite"), key, provider: localKeyProvider(key) });
    await expectError(() => local.reveal({ token, purpose: "audit" }), "UNAUTHENTICATED");
    const second = open(provider({ keyId: "alias/second" }));
    expect(await second.reveal({ token, purpose: "audit" })).toMatchObject([{ value: "zelda.quorn@example.org" }]);
    await second.close();
    expect(aws.requests.of().map(({ operation }) => operation)).toEqual([
      "Encrypt",
      "Decrypt",
      "Decrypt",
      "Encrypt",
      "Decrypt",
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

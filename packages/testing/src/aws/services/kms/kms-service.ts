import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { AwsServiceError } from "../../aws-error.ts";
import { jsonRpc } from "../../protocols/json-rpc.ts";
import { rpcV2Cbor } from "../../protocols/rpc-v2-cbor.ts";
import type { AwsOperation, AwsService, OperationContext } from "../../service.ts";
import { any, blob, list, string, structure } from "../../shape.ts";

export interface KmsKey {
  /** Its id, without the rest of the ARN. */
  readonly id: string;
  /** Names without `alias/`. */
  readonly aliases?: readonly string[];
  /** @default "Enabled" */
  readonly state?: "Enabled" | "Disabled" | "PendingDeletion";
}

export interface KmsOptions {
  /** @default one key with the alias "groundwork" */
  readonly keys?: readonly KmsKey[];
}

const TARGET = "TrentService";
const KEY_LENGTH = 32;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
const MAX_PLAINTEXT = 4_096;
const MAX_CIPHERTEXT = 6_144;
const ALGORITHM = string({ values: ["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"] });
const KEY_ID = string({ min: 1, max: 2_048 });
const TOKENS = list(string({ min: 1, max: 8_192 }), { max: 10 });
const COMMON = { EncryptionContext: any, GrantTokens: TOKENS, EncryptionAlgorithm: ALGORITHM };

const encryptInput = structure({ ...COMMON, KeyId: KEY_ID, Plaintext: blob }, ["KeyId", "Plaintext"]);
const decryptInput = structure({ ...COMMON, KeyId: KEY_ID, CiphertextBlob: blob }, ["CiphertextBlob"]);
const dataKeyInput = structure(
  { EncryptionContext: any, GrantTokens: TOKENS, KeyId: KEY_ID, KeySpec: string({ values: ["AES_256", "AES_128"] }) },
  ["KeyId"],
);
const describeInput = structure({ KeyId: KEY_ID, GrantTokens: TOKENS }, ["KeyId"]);

/** Bytes of an encryption context, whatever the order of its names. */
function contextBytes(input: Record<string, unknown>): Buffer {
  const entries = Object.entries((input.EncryptionContext ?? {}) as Record<string, string>);
  return Buffer.from(JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
}

class KmsKeys {
  readonly #keys: readonly KmsKey[];
  /** Key material by id: another fake opens nothing of this one's. */
  readonly #material = new Map<string, Buffer>();

  constructor(keys: readonly KmsKey[]) {
    this.#keys = keys;
    for (const { id } of keys) this.#material.set(id, randomBytes(KEY_LENGTH));
  }

  arn(key: KmsKey, { region, accountId }: OperationContext): string {
    return `arn:aws:kms:${region}:${accountId}:key/${key.id}`;
  }

  /** By id, ARN, alias or ARN of an alias. Throws `NotFoundException`. */
  find(reference: string): KmsKey {
    const name = reference.replace(/^arn:[^:]+:kms:[^:]*:\d*:/, "").replace(/^key\//, "");
    const key = this.#keys.find(
      ({ id, aliases = [] }) => id === name || aliases.some((alias) => `alias/${alias}` === name),
    );
    if (key === undefined) throw new AwsServiceError("NotFoundException", "The key does not exist.");
    return key;
  }

  /** The key, when it may be used now. Throws `DisabledException`, `KMSInvalidStateException`. */
  usable(reference: string): KmsKey {
    const key = this.find(reference);
    if (key.state === "Disabled") throw new AwsServiceError("DisabledException", "The key is disabled.");
    if (key.state === "PendingDeletion")
      throw new AwsServiceError("KMSInvalidStateException", "The key is pending deletion.");
    return key;
  }

  seal(key: KmsKey, plaintext: Uint8Array, context: Buffer): Uint8Array {
    const nonce = randomBytes(NONCE_LENGTH);
    const cipher = createCipheriv("aes-256-gcm", this.#material.get(key.id)!, nonce).setAAD(context);
    const name = createHash("sha256").update(key.id).digest().subarray(0, 8);
    return Buffer.concat([name, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  }

  /** Throws `InvalidCiphertextException` for what no key here made, or what was made in another context. */
  open(ciphertext: Uint8Array, context: Buffer): { readonly key: KmsKey; readonly plaintext: Uint8Array } {
    const sealed = Buffer.from(ciphertext);
    const invalid = new AwsServiceError("InvalidCiphertextException", "The ciphertext cannot be opened.");
    const key = this.#keys.find(({ id }) =>
      createHash("sha256").update(id).digest().subarray(0, 8).equals(sealed.subarray(0, 8)),
    );
    if (key === undefined || sealed.length < 8 + NONCE_LENGTH + TAG_LENGTH) throw invalid;
    const decipher = createDecipheriv("aes-256-gcm", this.#material.get(key.id)!, sealed.subarray(8, 8 + NONCE_LENGTH))
      .setAAD(context)
      .setAuthTag(sealed.subarray(-TAG_LENGTH));
    try {
      const body = sealed.subarray(8 + NONCE_LENGTH, -TAG_LENGTH);
      return { key, plaintext: Buffer.concat([decipher.update(body), decipher.final()]) };
    } catch {
      throw invalid;
    }
  }
}

function checkLength(bytes: Uint8Array, name: string, most: number): void {
  if (bytes.length < 1 || bytes.length > most)
    throw new AwsServiceError(
      "ValidationException",
      `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
    );
}

const describeKey = (input: Record<string, unknown>): Record<string, string> =>
  input.KeyId === undefined ? {} : { key: input.KeyId as string };

/** Symmetric keys of AWS KMS, really encrypting: what one fake sealed no other opens. */
export function kmsService({ keys }: KmsOptions = {}): AwsService {
  const held = new KmsKeys(keys ?? [{ id: "1234abcd-12ab-34cd-56ef-1234567890ab", aliases: ["groundwork"] }]);
  const operations: Record<string, AwsOperation> = {
    Encrypt: {
      input: encryptInput,
      describe: describeKey,
      handle(input, context) {
        checkLength(input.Plaintext as Uint8Array, "plaintext", MAX_PLAINTEXT);
        const key = held.usable(input.KeyId as string);
        return {
          CiphertextBlob: held.seal(key, input.Plaintext as Uint8Array, contextBytes(input)),
          KeyId: held.arn(key, context),
          EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
        };
      },
    },
    Decrypt: {
      input: decryptInput,
      describe: describeKey,
      handle(input, context) {
        checkLength(input.CiphertextBlob as Uint8Array, "ciphertextBlob", MAX_CIPHERTEXT);
        const { key, plaintext } = held.open(input.CiphertextBlob as Uint8Array, contextBytes(input));
        held.usable(key.id);
        if (input.KeyId !== undefined && held.find(input.KeyId as string).id !== key.id)
          throw new AwsServiceError("IncorrectKeyException", "The ciphertext was made with another key.");
        return { Plaintext: plaintext, KeyId: held.arn(key, context), EncryptionAlgorithm: "SYMMETRIC_DEFAULT" };
      },
    },
    GenerateDataKey: {
      input: dataKeyInput,
      describe: describeKey,
      handle(input, context) {
        const key = held.usable(input.KeyId as string);
        const plaintext = randomBytes(input.KeySpec === "AES_128" ? KEY_LENGTH / 2 : KEY_LENGTH);
        return {
          Plaintext: plaintext,
          CiphertextBlob: held.seal(key, plaintext, contextBytes(input)),
          KeyId: held.arn(key, context),
        };
      },
    },
    DescribeKey: {
      input: describeInput,
      describe: describeKey,
      handle(input, context) {
        const key = held.find(input.KeyId as string);
        const state = key.state ?? "Enabled";
        return {
          KeyMetadata: {
            AWSAccountId: context.accountId,
            KeyId: key.id,
            Arn: held.arn(key, context),
            Enabled: state === "Enabled",
            KeyState: state,
            KeyUsage: "ENCRYPT_DECRYPT",
            KeySpec: "SYMMETRIC_DEFAULT",
            KeyManager: "CUSTOMER",
            Origin: "AWS_KMS",
            MultiRegion: false,
            CreationDate: new Date(0),
          },
        };
      },
    },
  };
  return {
    name: "kms",
    signingName: "kms",
    protocols: [jsonRpc({ targetPrefix: TARGET, version: "1.1" }), rpcV2Cbor({ service: TARGET })],
    operations,
  };
}

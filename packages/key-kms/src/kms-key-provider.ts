import { DecryptCommand, EncryptCommand, KMSClient, type KMSClientConfig } from "@aws-sdk/client-kms";
import { type AwsErrorMeaning, away, awsError, forbidden, refused } from "@groundwork/aws-errors";
import { type CallOptions, GroundworkError, type KeyProvider, throwIfAborted } from "@groundwork/contracts";

export interface KmsKeyProviderOptions {
  /** Id, ARN or alias (`alias/groundwork`) of a symmetric key of AWS KMS. */
  readonly keyId: string;
  /**
   * What KMS must be told to open a key again, beside the permission; it stands in CloudTrail, so it must not be secret.
   * @default `{ "groundwork:use": "vault" }`
   */
  readonly encryptionContext?: Readonly<Record<string, string>>;
  /** A client of one's own. It is not closed with the provider. */
  readonly client?: KMSClient;
  /** @default what the SDK finds in the environment */
  readonly region?: string;
  /** For a proxy, a private endpoint or a test. */
  readonly endpoint?: string;
  /** @default the SDK's chain: environment, profile, role */
  readonly credentials?: KMSClientConfig["credentials"];
  readonly requestHandler?: KMSClientConfig["requestHandler"];
}

/** What KMS encrypts in one call, at most. */
const LONGEST = 4_096;
const DRIVER = "key-kms";

const state: AwsErrorMeaning = { code: "UNAVAILABLE", retryable: false, advice: "Enable the key in AWS KMS." };
const otherKey: AwsErrorMeaning = {
  code: "UNAUTHENTICATED",
  retryable: false,
  advice: "Configure the key that locked it, with the same encryption context.",
};

/** What each of the service's own errors means. */
export const KMS_ERRORS: Readonly<Record<string, AwsErrorMeaning>> = {
  DependencyTimeoutException: away,
  DisabledException: state,
  DryRunOperationException: refused("Leave DryRun out."),
  IncorrectKeyException: otherKey,
  InvalidArnException: refused("Check the ARN of the key."),
  InvalidCiphertextException: otherKey,
  InvalidGrantTokenException: forbidden,
  InvalidKeyUsageException: refused("Use a symmetric key for encryption and decryption."),
  KeyUnavailableException: away,
  KMSInternalException: away,
  KMSInvalidStateException: state,
  NotFoundException: { code: "NOT_FOUND", retryable: false, advice: "Check the key's id and the region." },
};

/**
 * A key of AWS KMS that locks a vault's key: it never leaves the service, and every use of it is in CloudTrail. Requests are repeated by the
 * SDK (three times), since nothing is paid twice.
 *
 * @throws GroundworkError `INVALID_ARGUMENT` for options that are none; from its methods `UNAUTHENTICATED` when another key or context locked
 * it, `NOT_FOUND`, `PERMISSION_DENIED`, `UNAVAILABLE`, `THROTTLED`, `TIMED_OUT`, `ABORTED`.
 */
export function kmsKeyProvider(options: KmsKeyProviderOptions): KeyProvider & { close(): void } {
  const { keyId, encryptionContext = { "groundwork:use": "vault" } } = options;
  if (typeof keyId !== "string" || keyId === "")
    throw new GroundworkError("INVALID_ARGUMENT", "kmsKeyProvider: expected keyId, found none.", { driver: DRIVER });
  const { client: given, region, endpoint, credentials, requestHandler } = options;
  const client =
    given ??
    new KMSClient({
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
      requestHandler: requestHandler ?? {
        connectionTimeout: 5_000,
        requestTimeout: 30_000,
        throwOnRequestTimeout: true,
      },
    });
  const context = { ...encryptionContext };
  const call = async <T>(operation: string, { signal }: CallOptions, send: () => Promise<T>): Promise<T> => {
    throwIfAborted(signal, { driver: DRIVER });
    try {
      return await send();
    } catch (error) {
      throw awsError(error, { service: "AWS KMS", operation, driver: DRIVER, meanings: KMS_ERRORS, signal });
    }
  };
  const bytesOf = (bytes: Uint8Array | undefined, operation: string): Uint8Array => {
    if (bytes !== undefined) return new Uint8Array(bytes);
    throw new GroundworkError("UNAVAILABLE", `Expected bytes of AWS KMS to ${operation}, found none. Repeat later.`, {
      driver: DRIVER,
      retryable: true,
    });
  };
  const abort = ({ signal }: CallOptions): { abortSignal?: AbortSignal } =>
    signal === undefined ? {} : { abortSignal: signal };
  return {
    // The name as it is configured: an alias that is pointed to another key still opens what the earlier one locked.
    keyId: `kms:${keyId}`,
    async wrap(key, callOptions = {}) {
      if (key.length > LONGEST)
        throw new GroundworkError(
          "INVALID_ARGUMENT",
          `Expected a key of at most ${LONGEST} bytes, found ${key.length}.`,
          { driver: DRIVER },
        );
      const command = new EncryptCommand({ KeyId: keyId, Plaintext: key, EncryptionContext: context });
      const { CiphertextBlob } = await call("Encrypt", callOptions, () => client.send(command, abort(callOptions)));
      return bytesOf(CiphertextBlob, "Encrypt");
    },
    async unwrap(wrapped, callOptions = {}) {
      // Without the key's name: KMS knows it by the ciphertext, also when an alias has moved on.
      const command = new DecryptCommand({ CiphertextBlob: wrapped, EncryptionContext: context });
      const { Plaintext } = await call("Decrypt", callOptions, () => client.send(command, abort(callOptions)));
      return bytesOf(Plaintext, "Decrypt");
    },
    close() {
      if (given === undefined) client.destroy();
    },
  };
}

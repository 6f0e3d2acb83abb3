export { KMS_ERRORS, type KmsKeyProviderOptions, kmsKeyProvider } from "./kms-key-provider.ts";

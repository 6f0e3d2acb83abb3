import { BedrockRuntimeClient, type BedrockRuntimeClientConfig } from "@aws-sdk/client-bedrock-runtime";

export interface BedrockConnectionOptions {
  /** A client of one's own. It is not closed with the embedder; its retries should be off when a governor repeats. */
  readonly client?: BedrockRuntimeClient;
  /** @default what the SDK finds in the environment */
  readonly region?: string;
  /** For a proxy, a private endpoint or a test. */
  readonly endpoint?: string;
  /** @default the SDK's chain: environment, profile, role */
  readonly credentials?: BedrockRuntimeClientConfig["credentials"];
  /** How requests are sent: time-outs, proxies, HTTP/1.1. @default the SDK's over HTTP/2, 60 s for an answer */
  readonly requestHandler?: BedrockRuntimeClientConfig["requestHandler"];
}

/** The SDK's client, which makes one request a call: repeating is the caller's business, who knows the quota. */
export function bedrockClientOf(options: BedrockConnectionOptions): {
  readonly client: BedrockRuntimeClient;
  readonly isOurs: boolean;
} {
  if (options.client !== undefined) return { client: options.client, isOurs: false };
  const { region, endpoint, credentials, requestHandler } = options;
  const client = new BedrockRuntimeClient({
    maxAttempts: 1,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    requestHandler: requestHandler ?? { requestTimeout: 60_000 },
  });
  return { client, isOurs: true };
}

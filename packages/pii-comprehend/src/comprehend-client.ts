import { ComprehendClient, type ComprehendClientConfig } from "@aws-sdk/client-comprehend";

export interface ComprehendConnectionOptions {
  /** A client of one's own. It is not closed with the detector; its retries should be off when a governor repeats. */
  readonly client?: ComprehendClient;
  /** @default what the SDK finds in the environment */
  readonly region?: string;
  /** For a proxy, a private endpoint or a test. */
  readonly endpoint?: string;
  /** @default the SDK's chain: environment, profile, role */
  readonly credentials?: ComprehendClientConfig["credentials"];
  /** How requests are sent: time-outs, proxies, sockets. @default the SDK's, with time-outs of 5 s to connect and 60 s for an answer */
  readonly requestHandler?: ComprehendClientConfig["requestHandler"];
}

/** The SDK's client, which makes one request a call: repeating is the caller's business, who knows the quota. */
export function comprehendClientOf(options: ComprehendConnectionOptions): {
  readonly client: ComprehendClient;
  readonly isOurs: boolean;
} {
  if (options.client !== undefined) return { client: options.client, isOurs: false };
  const { region, endpoint, credentials, requestHandler } = options;
  const client = new ComprehendClient({
    maxAttempts: 1,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    requestHandler: requestHandler ?? { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
  });
  return { client, isOurs: true };
}

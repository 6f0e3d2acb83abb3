import { TextractClient, type TextractClientConfig } from "@aws-sdk/client-textract";

export interface TextractConnectionOptions {
  /** A client of one's own. It is not closed with the extractor; its retries should be off when a governor repeats. */
  readonly client?: TextractClient;
  /** @default what the SDK finds in the environment */
  readonly region?: string;
  /** For a proxy, a private endpoint or a test. */
  readonly endpoint?: string;
  /** @default the SDK's chain: environment, profile, role */
  readonly credentials?: TextractClientConfig["credentials"];
  /** How requests are sent: time-outs, proxies, sockets. @default the SDK's, with time-outs of 5 s to connect and 60 s for an answer */
  readonly requestHandler?: TextractClientConfig["requestHandler"];
}

/** The SDK's client, which makes one request a call: repeating is the business of the caller, who knows the quota. */
export function textractClientOf(options: TextractConnectionOptions): {
  readonly client: TextractClient;
  readonly isOurs: boolean;
} {
  if (options.client !== undefined) return { client: options.client, isOurs: false };
  const { region, endpoint, credentials, requestHandler } = options;
  const client = new TextractClient({
    maxAttempts: 1,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    requestHandler: requestHandler ?? { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
  });
  return { client, isOurs: true };
}

import { ComprehendClient, type ComprehendClientConfig } from "@aws-sdk/client-comprehend";
import { S3Client } from "@aws-sdk/client-s3";
import type { FakeAws } from "@groundwork/testing/aws";

export function comprehendClient(aws: FakeAws, config: ComprehendClientConfig = {}): ComprehendClient {
  const { endpoint, region, credentials } = aws;
  return new ComprehendClient({ endpoint, region, credentials, maxAttempts: 1, ...config });
}

export function s3Client({ endpoint, region, credentials }: FakeAws): S3Client {
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
}

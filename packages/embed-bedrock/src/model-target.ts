import { GroundworkError } from "@groundwork/contracts";

/** Ids of cross-region profiles: a geography before the id of the model. */
const PROFILE = /^(?:us|us-gov|eu|apac|jp|au|ca|global)\.(?=.)/;
const ARN = /^arn:aws(?:-[a-z-]+)?:bedrock:[a-z0-9-]*:\d{0,12}:([a-z-]+)\/(.+)$/;

/** The model that an id, the id of a cross-region profile, or an ARN with one of these names. */
export function modelIdOf(reference: string): string {
  const name = ARN.exec(reference)?.[2] ?? reference;
  return name.replace(PROFILE, "");
}

/** What the request is addressed to. Errors: `INVALID_ARGUMENT` for a profile that is neither an id nor an ARN. */
export function targetOf(model: string, inferenceProfile: string | undefined): string {
  if (inferenceProfile === undefined) return model;
  if (ARN.test(inferenceProfile) || PROFILE.test(inferenceProfile)) return inferenceProfile;
  throw new GroundworkError(
    "INVALID_ARGUMENT",
    "Expected inferenceProfile as an ARN or the id of a cross-region profile (eu.cohere.embed-v4:0), found something else.",
    { driver: "embed-bedrock" },
  );
}

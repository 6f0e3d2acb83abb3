import { AwsServiceError } from "../../aws-error.ts";

export interface BedrockModels {
  /** What stands for a model beside its own ids: ARNs of application inference profiles and of provisioned throughput. */
  readonly deployments?: Readonly<Record<string, string>>;
  /** Models without on-demand throughput: they are called by an inference profile. */
  readonly profileOnly?: readonly string[];
  /** Models to which access was not granted. */
  readonly denied?: readonly string[];
}

const GEOGRAPHIES = "us|us-gov|eu|apac|jp|au|ca|global";
const PROFILE = new RegExp(`^(?:${GEOGRAPHIES})\\.(.+)$`);
const ARN = /^arn:aws(?:-[a-z-]+)?:bedrock:([a-z0-9-]*):(\d{12})?:([a-z-]+)\/(.+)$/;

/**
 * The model that an id, the id of a cross-region profile or an ARN stands for.
 *
 * @throws AwsServiceError `ValidationException`, `AccessDeniedException`, as the service does.
 */
export function modelOf(
  reference: string,
  known: readonly string[],
  { region, accountId }: { readonly region: string; readonly accountId: string },
  { deployments = {}, profileOnly = [], denied = [] }: BedrockModels,
): string {
  const invalid = new AwsServiceError("ValidationException", "The provided model identifier is invalid.");
  let id = deployments[reference];
  let isDirect = false;
  if (id === undefined) {
    const arn = ARN.exec(reference);
    if (arn !== null) {
      const [, at, account, kind, name] = arn;
      if (at !== region) throw invalid;
      if (kind === "foundation-model" && account === undefined) {
        id = name;
        isDirect = true;
      } else if (kind === "inference-profile" && account === accountId) id = PROFILE.exec(name!)?.[1];
      else throw new AwsServiceError("ResourceNotFoundException", "The resource was not found.", { status: 404 });
    } else {
      id = PROFILE.exec(reference)?.[1];
      isDirect = id === undefined;
      id ??= reference;
    }
  }
  if (id === undefined || !known.includes(id)) throw invalid;
  if (denied.includes(id))
    throw new AwsServiceError(
      "AccessDeniedException",
      "You don't have access to the model with the specified model ID.",
      {
        status: 403,
      },
    );
  if (isDirect && profileOnly.includes(id))
    throw new AwsServiceError(
      "ValidationException",
      `Invocation of model ID ${id} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
    );
  return id;
}

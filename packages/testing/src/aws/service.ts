import type { AwsClock } from "./aws-clock.ts";
import type { ObjectStore } from "./object-store.ts";
import type { StructureShape } from "./shape.ts";
import type { WireProtocol } from "./wire.ts";

/** What a handler is given beside its input. */
export interface OperationContext {
  readonly requestId: string;
  readonly region: string;
  readonly accountId: string;
  readonly clock: AwsClock;
  /** The objects of the fake's S3: jobs read and write there. */
  readonly objects: ObjectStore;
  /** A planted failure of some items of a request, where the operation has items. */
  readonly itemFault: { readonly indexes: readonly number[]; readonly code: string } | undefined;
}

/** One operation of a service. */
export interface AwsOperation {
  /** Members and limits of the input; what breaks them is answered with `ValidationException` before the handler runs. */
  readonly input?: StructureShape;
  /** Plain objects as in the service's model: a `Date` is a timestamp, a `Uint8Array` a blob. Throws `AwsServiceError`. */
  handle(
    input: Record<string, unknown>,
    context: OperationContext,
  ): Record<string, unknown> | Promise<Record<string, unknown>>;
  /** What the log of requests says of an input: ids and sizes, never content. */
  describe?(input: Record<string, unknown>): Readonly<Record<string, string | number>>;
}

export interface AwsService {
  /** As botocore names it. */
  readonly name: string;
  /** In the scope of a signature. */
  readonly signingName: string;
  readonly protocols: readonly WireProtocol[];
  readonly operations: Readonly<Record<string, AwsOperation>>;
}

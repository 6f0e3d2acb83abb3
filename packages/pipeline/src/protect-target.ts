import type {
  Attributes,
  AttributeValue,
  CallOptions,
  DocumentMetadata,
  PiiStage,
  SealedValue,
} from "@groundwork/contracts";
import { splitAttributes } from "./chunk-rows-of.ts";
import type { PreparationTarget } from "./preparation.ts";

/** What the source says of a document beside its bytes. */
export interface Sidecar {
  readonly metadata: DocumentMetadata;
  readonly attributes: Attributes;
}

export interface ProtectedTarget {
  readonly sidecar: Sidecar;
  /** As rows and citations show them; the catalog keeps the document's own key, by which it is found at its source. */
  readonly key: string;
  readonly uri: string;
  readonly sealed: readonly SealedValue[];
}

/** Names under which the stage sees what is no attribute. */
const KEY = "file name";
const URI = "address";

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

function textOf(value: AttributeValue | undefined, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}

/** Takes what a source states of a document (attributes, key, address) through the PII stage: names of files hold names of people. */
export async function protectTarget(
  pii: PiiStage,
  { documentId, version, attributes, attributesProtected = false, key, uri }: PreparationTarget,
  options: CallOptions,
): Promise<ProtectedTarget> {
  const stated = splitAttributes(attributes);
  const given = attributesProtected ? { metadata: {}, attributes: {} } : stated;
  const address = decoded(uri);
  const { metadata, sealed = [] } = await pii.protect(
    {
      documentId,
      version,
      metadata: { ...given.metadata, attributes: { ...given.attributes, [KEY]: key, [URI]: address } },
      elements: [],
    },
    options,
  );
  const { attributes: all = {}, ...rest } = metadata;
  const { [KEY]: shownKey, [URI]: shownUri, ...own } = all;
  const newAddress = textOf(shownUri, address);
  return {
    sidecar: attributesProtected ? stated : { metadata: rest, attributes: own },
    key: textOf(shownKey, key),
    uri: newAddress === address ? uri : newAddress,
    sealed,
  };
}

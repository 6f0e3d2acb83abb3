import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import type { Attributes, Permissions } from "@groundwork/contracts";

/** What is known of an object before it is read. */
export interface S3ObjectFacts {
  readonly key: string;
  /** Of its sidecar, its metadata and its tags, as far as they are asked for. */
  readonly attributes: Attributes;
}

/**
 * Why an object is not listed. `key`: it names no place inside the source (empty parts, `..`); `name-clash`: another object has the same
 * name once both are in Unicode NFC.
 */
export type S3SkipReason = "key" | "name-clash";

export interface S3SourceOptions {
  readonly bucket: string;
  /** Only keys that begin with it; keys of documents are what follows. A folder ends with `/`. @default "" */
  readonly prefix?: string;
  /** Name of the corpus: the source id is `s3:` and this. It must stay the same. @default bucket and prefix */
  readonly id?: string;
  /** Patterns of keys to leave out: `*` is any part of a name, `**` any path. @default none */
  readonly exclude?: readonly string[];
  /** Read `KEY.metadata.json` as the attributes of an object, and never as a document. @default true */
  readonly sidecars?: boolean;
  /** Add the metadata of each object (`x-amz-meta-…`): one request an object and listing. @default false */
  readonly metadata?: boolean;
  /** Add the tags of each object: one request an object and listing. @default false */
  readonly tags?: boolean;
  /** Who may read an object; wins over its sidecar. `undefined`: the source does not say. */
  readonly permissions?: (object: S3ObjectFacts) => Permissions | undefined;
  /** For objects without permissions, once the source carries any. @default nobody */
  readonly defaultAccess?: Permissions;
  /**
   * Whether objects carry permissions. @default true with `permissions`; else whether a sidecar of the listing so far has some: say it
   * where they do
   */
  readonly carriesPermissions?: boolean;
  /**
   * The bucket has keys that are not in Unicode NFC (uploads from macOS): it is listed twice, so that each comes in its place. Needed where
   * a listing ends with an error that says so. @default false
   */
  readonly decomposedKeys?: boolean;
  /** Called for each object that a listing leaves out. */
  readonly onSkip?: (object: { readonly key: string; readonly reason: S3SkipReason }) => void;
  /** Requests for sidecars, metadata and tags at once. @default 16 */
  readonly concurrency?: number;
  /** Keys of a page of the listing, 1 to 1,000. @default 1,000 */
  readonly pageSize?: number;

  /** A client of one's own. It is not closed with the source. */
  readonly client?: S3Client;
  /** @default what the SDK finds in the environment */
  readonly region?: string;
  /** For a private endpoint, another store with the API of S3, or a test. */
  readonly endpoint?: string;
  /** Bucket in the path instead of in the host's name. @default with `endpoint` true, else false */
  readonly forcePathStyle?: boolean;
  /** @default the SDK's chain: environment, profile, role */
  readonly credentials?: S3ClientConfig["credentials"];
  readonly requestHandler?: S3ClientConfig["requestHandler"];
}

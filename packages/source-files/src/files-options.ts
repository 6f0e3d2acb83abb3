import type { Permissions } from "@groundwork/contracts";

/**
 * Why an entry of a folder is not listed. `link`: a symbolic link that is not followed; `special`: neither file nor folder;
 * `name-clash`: another entry has the same name once both are in Unicode NFC.
 */
export type SkipReason = "link" | "special" | "name-clash";

export interface SkippedEntry {
  readonly key: string;
  readonly reason: SkipReason;
}

export interface FilesOptions {
  /**
   * Name of the corpus: the source id is `files:` and this. It stays the same when the corpus moves, and two folders of one
   * knowledge base must not share it. @default the folder's base name; `local` for `files()`
   */
  readonly id?: string;
  /** What the `uri` of an object starts with, for instance `https://intranet.example/policies/`. @default the source id */
  readonly uriBase?: string;
  /** More patterns to leave out, in the syntax of `.gitignore`; `!` takes back. */
  readonly ignore?: readonly string[];
  /** List files and folders whose name begins with a dot (`.git` and `.groundwork` never are). @default false */
  readonly dotfiles?: boolean;
  /**
   * Follow symbolic links that lead out of the folder, each target once. Links to places inside it never are: those are
   * listed where they stand. @default false
   */
  readonly followSymlinks?: boolean;
  /** Read `NAME.metadata.json` beside a file as its attributes, and never as a document. @default true */
  readonly sidecars?: boolean;
  /** Who may read an object; wins over its sidecar. `undefined`: the source does not say. */
  readonly permissions?: (key: string) => Permissions | undefined;
  /** For objects without permissions, once the source carries any. @default nobody */
  readonly defaultAccess?: Permissions;
  /**
   * Whether objects carry permissions. @default true with `permissions`; else whether a sidecar has some, looked for when a listing starts
   */
  readonly carriesPermissions?: boolean;
  /**
   * A listing without a single object is `SOURCE_NOT_FOUND`: for folders on mounts, which look empty while they are not
   * mounted. @default false
   */
  readonly expectNonEmpty?: boolean;
  /** Called for each entry that a listing leaves out for another reason than a pattern. */
  readonly onSkip?: (entry: SkippedEntry) => void;
  /** Milliseconds that `watch` waits for a file to come to rest. @default 250 */
  readonly debounceMs?: number;
}

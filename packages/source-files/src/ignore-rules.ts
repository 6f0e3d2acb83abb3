import { readFile } from "node:fs/promises";
import ignore, { type Ignore } from "ignore";
import { isAbsent } from "./file-errors.ts";
import { type FilePath, joinPath } from "./file-name.ts";
import type { FilesOptions } from "./files-options.ts";

/** Name of the files whose patterns, in the syntax of `.gitignore`, hold for their folder and below. */
export const IGNORE_FILE = ".groundworkignore";

/** Never documents: versions, dependencies, our own data, what editors and systems leave behind. */
const ALWAYS: readonly string[] = [
  ".git/",
  ".groundwork/",
  IGNORE_FILE,
  "node_modules/",
  "~$*",
  "Thumbs.db",
  "desktop.ini",
];

/** The same as the library says of {@link ALWAYS}, which are asked about every file there is. */
const ALWAYS_IGNORED =
  /(?:^|\/)(?:(?:\.git|\.groundwork|node_modules)\/|~\$|(?:\.groundworkignore|Thumbs\.db|desktop\.ini)(?:\/|$))/;
const DOTFILE = /(?:^|\/)\.[^/]/;

/** The library keeps an answer for every path it was asked about: beyond this it is built anew, so that memory stays bounded. */
const MAX_CACHED = 10_000;

/** The patterns that hold in a folder. */
export class IgnoreRules {
  readonly #base: string;
  readonly #patterns: readonly string[];
  readonly #parent: IgnoreRules | undefined;
  /** Set for the rules that nobody has added to. */
  readonly #plain: "dotfiles" | "no dotfiles" | undefined;
  #matcher: Ignore | undefined;
  #asked = 0;

  private constructor(
    base: string,
    patterns: readonly string[],
    parent: IgnoreRules | undefined,
    plain?: "dotfiles" | "no dotfiles",
  ) {
    this.#plain = plain;
    this.#base = base;
    this.#patterns = patterns;
    this.#parent = parent;
  }

  static from({ ignore: patterns = [], dotfiles = false }: FilesOptions): IgnoreRules {
    const plain = patterns.length > 0 ? undefined : dotfiles ? "dotfiles" : "no dotfiles";
    return new IgnoreRules("", [...(dotfiles ? [] : [".*"]), ...ALWAYS, ...patterns], undefined, plain);
  }

  /** The rules inside a folder whose key prefix is `base` (`""` or ending with `/`): those outside and those of its file. */
  async inside(base: string, folder: FilePath): Promise<IgnoreRules> {
    try {
      const text = await readFile(joinPath(folder, IGNORE_FILE), "utf8");
      return new IgnoreRules(base, text.split(/\r?\n/), this);
    } catch (error) {
      if (isAbsent(error)) return this;
      throw error;
    }
  }

  /** The rules nearest to the entry decide; those farther out where they say nothing. */
  ignores(key: string, isFolder: boolean): boolean {
    if (this.#plain !== undefined)
      return ALWAYS_IGNORED.test(isFolder ? `${key}/` : key) || (this.#plain === "no dotfiles" && DOTFILE.test(key));
    if (this.#matcher === undefined || ++this.#asked > MAX_CACHED) {
      this.#matcher = ignore({ ignorecase: false }).add([...this.#patterns]);
      this.#asked = 1;
    }
    const { ignored, unignored } = this.#matcher.test(key.slice(this.#base.length) + (isFolder ? "/" : ""));
    return ignored || (!unignored && (this.#parent?.ignores(key, isFolder) ?? false));
  }
}

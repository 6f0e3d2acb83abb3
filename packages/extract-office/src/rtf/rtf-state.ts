import type { KnownColor } from "../look/color.ts";

/** Formatting that a group inherits and its end restores. */
export interface RtfGroup {
  /** What happens to text: shown, collected for a purpose, or dropped. */
  destination: string;
  codePage: number;
  /** Characters to pass over after a Unicode character. */
  unicodeSkip: number;
  hidden: boolean;
  /** Index of the color of letters, 0 = automatic. */
  color: number;
  /** What is painted behind the letters. */
  background: KnownColor | undefined;
  /** Of letters, in half points. */
  size: number;
}

/** Letters as a document begins with them, and `\\plain` sets them. */
export const PLAIN_LETTERS = { hidden: false, color: 0, background: undefined, size: 24 } as const;

/** Paragraph formatting; it lasts until `\pard`. */
export interface RtfParagraphFormat {
  style: number | undefined;
  outline: number | undefined;
  inTable: boolean;
  level: number;
  /** What is painted behind the paragraph. */
  background: KnownColor | undefined;
}

export function plainParagraph(): RtfParagraphFormat {
  return { style: undefined, outline: undefined, inTable: false, level: 0, background: undefined };
}

/** Destinations whose text is not the document's. */
export const DROPPED_DESTINATIONS: ReadonlySet<string> = new Set([
  "pict",
  "nonshppict",
  "fldinst",
  "datafield",
  "objdata",
  "objclass",
  "objname",
  "themedata",
  "colorschememapping",
  "latentstyles",
  "datastore",
  "generator",
  "xmlnstbl",
  "listtable",
  "listoverridetable",
  "rsidtbl",
  "revtbl",
  "filetbl",
  "mmathPr",
  "sp",
  "bkmkstart",
  "bkmkend",
  "xe",
  "tc",
  "private",
  "pn",
  "pnseclvl",
  "template",
  "passwordhash",
  "wgrffmtfilter",
  "falt",
  "list",
  "listoverride",
  "listname",
  "leveltext",
  "levelnumbers",
  "panose",
  "formfield",
  "background",
  "ftnsep",
  "ftnsepc",
  "ftncn",
  "aftnsep",
  "aftnsepc",
  "aftncn",
]);

/** Starred destinations that hold text all the same. */
export const STARRED_TEXT: ReadonlySet<string> = new Set(["shpinst", "shppict", "annotation", "atnauthor", "shptxt"]);

/** Destinations that are collected apart and read as text. */
export const TEXT_COLLECTED: ReadonlySet<string> = new Set(
  "footnote annotation header headerl headerr headerf footer footerl footerr footerf shptxt".split(" "),
);

/** Destinations whose text is collected apart. */
export const COLLECTED: ReadonlySet<string> = new Set([
  "footnote",
  "annotation",
  "header",
  "headerl",
  "headerr",
  "headerf",
  "footer",
  "footerl",
  "footerr",
  "footerf",
  "listtext",
  "pntext",
  "atnauthor",
  "shptxt",
  "title",
  "author",
  "subject",
  "keywords",
  "company",
  "doccomm",
  "creatim",
  "revtim",
]);

/** Characters that control words stand for. */
export const CHARACTER_WORDS: Readonly<Record<string, string>> = {
  tab: "\t",
  line: "\n",
  lbr: "\n",
  emdash: "—",
  endash: "–",
  lquote: "‘",
  rquote: "’",
  ldblquote: "“",
  rdblquote: "”",
  bullet: "•",
  emspace: " ",
  enspace: " ",
  qmspace: " ",
  nestcell: " | ",
  nestrow: "\n",
};

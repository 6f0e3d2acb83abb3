import type { TextMarkKind } from "@groundwork/contracts";

/** What the converter does with a tag; tags that are not here are inline and transparent. */
export type TagAction =
  | "block"
  | "skip"
  | "heading"
  | "list"
  | "item"
  | "table"
  | "row"
  | "cell"
  | "row-group"
  | "caption"
  | "pre"
  | "code"
  | "quote"
  | "figure"
  | "break"
  | "rule"
  | "image"
  | "link"
  | "mark"
  | "title"
  | "meta"
  | "head-link"
  | "math"
  | "button"
  | "ruby-text"
  | "inline-quote"
  | "frame"
  | "root"
  | "separator";

const groups: readonly (readonly [TagAction, string])[] = [
  [
    "block",
    "address article aside body center details dir div fieldset footer form header hgroup legend main nav noframes p search section summary frameset optgroup",
  ],
  [
    "skip",
    "script style template noscript svg canvas audio video embed applet select datalist map rp annotation annotation-xml noembed textarea progress meter",
  ],
  ["heading", "h1 h2 h3 h4 h5 h6"],
  ["list", "ul ol menu dl"],
  ["item", "li dt dd"],
  ["table", "table"],
  ["row", "tr"],
  ["cell", "td th"],
  ["row-group", "thead tbody tfoot"],
  ["caption", "caption figcaption"],
  ["pre", "pre xmp listing plaintext"],
  ["code", "code"],
  ["quote", "blockquote"],
  ["figure", "figure"],
  ["break", "br"],
  ["rule", "hr"],
  ["image", "img"],
  ["link", "a"],
  ["mark", "b strong i em tt kbd samp s strike del sup sub"],
  ["title", "title"],
  ["meta", "meta"],
  ["head-link", "link"],
  ["math", "math"],
  ["button", "button"],
  ["ruby-text", "rt"],
  ["inline-quote", "q"],
  ["frame", "iframe"],
  ["root", "html"],
  ["separator", "input label output"],
];

export const TAG_ACTIONS: ReadonlyMap<string, TagAction> = new Map(
  groups.flatMap(([action, names]) => names.split(" ").map((name) => [name, action] as const)),
);

/** The marks of tags whose action is `mark`. */
export const MARK_OF_TAG: ReadonlyMap<string, TextMarkKind> = new Map<string, TextMarkKind>([
  ["b", "strong"],
  ["strong", "strong"],
  ["i", "emphasis"],
  ["em", "emphasis"],
  ["tt", "code"],
  ["kbd", "code"],
  ["samp", "code"],
  ["s", "strikethrough"],
  ["strike", "strikethrough"],
  ["del", "strikethrough"],
  ["sup", "superscript"],
  ["sub", "subscript"],
]);

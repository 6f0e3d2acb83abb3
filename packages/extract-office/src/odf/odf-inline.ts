import type { KnownColor } from "../look/color.ts";
import { MarkedText } from "../marked-text.ts";
import { descendants, integer, textContent, type XmlNode } from "../package/xml-tree.ts";
import { type OdfLook, type OdfLooks, unseenReason } from "./odf-looks.ts";

const MAX_REPEATED_SPACES = 1000;
/** What hangs on a paragraph and is told apart from it. */
export const NOT_INLINE: ReadonlySet<string> = new Set([
  "text:tracked-changes",
  "text:note",
  "office:annotation",
  "office:annotation-end",
  "text:ruby-text",
  "draw:frame",
  "draw:g",
  "draw:custom-shape",
  "draw:rect",
  "script:event-listeners",
]);

/** Blanks and breaks that are written as elements; `undefined` for others. */
function whiteOf(node: XmlNode): string | undefined {
  if (node.name === "text:s") {
    return " ".repeat(Math.max(1, Math.min(MAX_REPEATED_SPACES, integer(node, "text:c") ?? 1)));
  }
  if (node.name === "text:tab") return "\t";
  return node.name === "text:line-break" ? "\n" : undefined;
}

/** Text of a paragraph without what hangs on it. Spaces in a row are one; several are written as `text:s`. */
export function odfInline(node: XmlNode): string {
  let text = "";
  for (const member of node.children) {
    if (typeof member === "string") text += member.replace(/[ \t\r\n]+/g, " ");
    else text += whiteOf(member) ?? (NOT_INLINE.has(member.name) ? "" : odfInline(member));
  }
  return text;
}

/** The same, with what nobody sees of it on a background apart. Text that is not displayed is counted and left out. */
export function visibleInline(node: XmlNode, looks: OdfLooks, background: KnownColor): MarkedText {
  const marked = new MarkedText();
  const visit = (from: XmlNode, look: OdfLook): void => {
    const reason = unseenReason(look, background);
    const give = (text: string): void => {
      if (reason === undefined) marked.append(text);
      else marked.hide(reason, text);
    };
    for (const member of from.children) {
      if (typeof member === "string") give(member.replace(/[ \t\r\n]+/g, " "));
      else if (NOT_INLINE.has(member.name)) continue;
      else {
        const white = whiteOf(member);
        const style = member.name === "text:span" ? member.attributes["text:style-name"] : undefined;
        const inner = style === undefined ? look : { ...look, ...looks.look(style) };
        if (white !== undefined) give(white);
        else if (inner.isGone === true) looks.hiddenCharacters += odfInline(member).trim().length;
        else visit(member, inner);
      }
    }
  };
  const own = looks.look(node.attributes["text:style-name"]);
  if (own.isGone === true) looks.hiddenCharacters += odfInline(node).trim().length;
  else visit(node, own);
  return marked;
}

/** Characters of text that tracked changes keep after its deletion. */
export function deletedCharacters(changes: XmlNode): number {
  let count = 0;
  for (const deletion of descendants(changes, "text:deletion")) {
    for (const paragraph of descendants(deletion, "text:p")) count += textContent(paragraph).trim().length;
  }
  return count;
}

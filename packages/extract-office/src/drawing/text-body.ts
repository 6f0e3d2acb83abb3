import type { UnseenReason, UnseenStretch } from "../look/unseen-text.ts";
import { MarkedText, type RunFormat } from "../marked-text.ts";
import { child, children, integer, isOn, textContent, type XmlNode } from "../package/xml-tree.ts";
import { renderMath } from "./math-text.ts";

/** Text of a DrawingML paragraph (`a:p`): runs, fields, breaks and formulas. */
export function paragraphText(paragraph: XmlNode): string {
  return markedParagraph(paragraph).text;
}

/** Why nobody sees a run, from its properties. */
export type RunVisibility = (properties: XmlNode | undefined) => UnseenReason | undefined;

/**
 * The same with the marks of its runs; `address` says where a relationship to something outside goes, `unseen` which runs nobody
 * sees.
 */
export function markedParagraph(
  paragraph: XmlNode,
  address?: (relationshipId: string) => string | undefined,
  unseen?: RunVisibility,
): MarkedText {
  const marked = new MarkedText();
  for (const member of children(paragraph)) {
    if (member.name === "a:r" || member.name === "a:fld") {
      const properties = child(member, "a:rPr");
      const format = properties === undefined || address === undefined ? undefined : runFormat(properties, address);
      const text = textContent(child(member, "a:t"));
      const reason = unseen?.(properties);
      if (reason === undefined) marked.append(text, format);
      else marked.hide(reason, text);
    } else if (member.name === "a:br") marked.append("\n");
    else if (member.name === "a14:m") marked.append(formula(member));
  }
  return marked;
}

function runFormat(properties: XmlNode, address: (relationshipId: string) => string | undefined): RunFormat {
  const { b, i, strike = "noStrike" } = properties.attributes;
  const baseline = integer(properties, "baseline") ?? 0;
  const link = child(properties, "a:hlinkClick")?.attributes["r:id"];
  return {
    strong: b !== undefined && isOn(properties, "b"),
    emphasis: i !== undefined && isOn(properties, "i"),
    strikethrough: strike !== "noStrike",
    superscript: baseline > 0,
    subscript: baseline < 0,
    href: link === undefined ? undefined : address(link),
  };
}

function formula(node: XmlNode): string {
  const single = child(node, "m:oMath");
  const found = single === undefined ? Array.from(children(child(node, "m:oMathPara"), "m:oMath")) : [single];
  return found.map((math) => `$${renderMath(math)}$`).join(" ");
}

/** Lines of a text body, one a paragraph. */
export function bodyText(body: XmlNode | undefined): string {
  return Array.from(children(body, "a:p"), paragraphText).join("\n");
}

/** The lines of a text body that are seen, and what nobody sees of it. */
export function visibleText(
  body: XmlNode | undefined,
  unseen: RunVisibility,
): { readonly text: string; readonly unseen: readonly UnseenStretch[] } {
  const paragraphs = Array.from(children(body, "a:p"), (node) => markedParagraph(node, undefined, unseen));
  return { text: paragraphs.map(({ text }) => text).join("\n"), unseen: paragraphs.flatMap((one) => one.unseen) };
}

/** 0-based level of a paragraph. */
export function paragraphLevel(paragraph: XmlNode): number {
  return Math.max(0, Math.min(8, integer(child(paragraph, "a:pPr"), "lvl") ?? 0));
}

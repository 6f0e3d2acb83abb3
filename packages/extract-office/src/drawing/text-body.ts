import { child, children, integer, textContent, type XmlNode } from "../package/xml-tree.ts";
import { renderMath } from "./math-text.ts";

/** Text of a DrawingML paragraph (`a:p`): runs, fields, breaks and formulas. */
export function paragraphText(paragraph: XmlNode): string {
  let text = "";
  for (const member of children(paragraph)) {
    if (member.name === "a:r" || member.name === "a:fld") text += textContent(child(member, "a:t"));
    else if (member.name === "a:br") text += "\n";
    else if (member.name === "a14:m") text += formula(member);
  }
  return text;
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

/** 0-based level of a paragraph. */
export function paragraphLevel(paragraph: XmlNode): number {
  return Math.max(0, Math.min(8, integer(child(paragraph, "a:pPr"), "lvl") ?? 0));
}

import type { DocumentElement } from "@groundwork/contracts";
import { commentElement } from "../comment-element.ts";
import type { OpcPackage } from "../package/opc-package.ts";
import { child, children, descendants, integer, textContent, type XmlNode } from "../package/xml-tree.ts";
import { cleanText } from "../text.ts";
import { unescapeSpreadsheetText } from "./rich-text.ts";

async function* threadedComments(
  opc: OpcPackage,
  workbookPart: string,
  part: string,
  sheet: string,
): AsyncGenerator<DocumentElement> {
  const authors = new Map<string, string>();
  for (const target of await opc.related(workbookPart, "person")) {
    for (const person of children(await opc.readOptional(target), "tc:person")) {
      authors.set(person.attributes.id ?? "", person.attributes.displayName ?? "");
    }
  }
  for (const target of await opc.related(part, "threadedComment")) {
    for (const node of children(await opc.readOptional(target), "tc:threadedComment")) {
      const { ref = "", personId = "", dT } = node.attributes;
      const text = cleanText(textContent(child(node, "tc:text")));
      if (text !== "") yield commentElement(text, { name: authors.get(personId) }, dT, { sheet, range: ref });
    }
  }
}

function richText(node: XmlNode | undefined): string {
  return cleanText(unescapeSpreadsheetText(Array.from(descendants(node, "x:t"), textContent).join("")));
}

/** Comments of a sheet: threads where there are any, else the notes of old. */
export async function* readSheetComments(
  opc: OpcPackage,
  workbookPart: string,
  part: string,
  sheet: string,
): AsyncGenerator<DocumentElement> {
  const threaded = new Set<string>();
  for await (const element of threadedComments(opc, workbookPart, part, sheet)) {
    threaded.add(element.location?.range ?? "");
    yield element;
  }
  for (const target of await opc.related(part, "comments")) {
    const root = await opc.readOptional(target);
    const authors = Array.from(children(child(root, "x:authors"), "x:author"), textContent);
    for (const node of children(child(root, "x:commentList"), "x:comment")) {
      const { ref = "" } = node.attributes;
      const text = richText(child(node, "x:text"));
      if (text === "" || threaded.has(ref)) continue;
      yield commentElement(text, { name: authors[integer(node, "authorId") ?? -1] }, undefined, { sheet, range: ref });
    }
  }
}

import type { DocumentElement } from "@groundwork/contracts";
import { type CommentAuthor, commentElement } from "../comment-element.ts";
import { bodyText } from "../drawing/text-body.ts";
import type { OpcPackage } from "../package/opc-package.ts";
import { child, children, textContent, type XmlNode } from "../package/xml-tree.ts";
import { cleanText } from "../text.ts";

/** Names of those who comment, by id: one list for the comments of old, one for the threads of today. */
export async function readCommentAuthors(
  opc: OpcPackage,
  presentationPart: string,
): Promise<Map<string, CommentAuthor>> {
  const authors = new Map<string, CommentAuthor>();
  for (const type of ["commentAuthors", "authors"]) {
    for (const target of await opc.related(presentationPart, type)) {
      for (const node of children(await opc.readOptional(target))) {
        const { id = "", name, initials } = node.attributes;
        authors.set(id, { name, initials });
      }
    }
  }
  return authors;
}

/** Comments of a slide and their replies. */
export async function* readSlideComments(
  opc: OpcPackage,
  slidePart: string,
  slide: number,
  authors: ReadonlyMap<string, CommentAuthor>,
): AsyncGenerator<DocumentElement> {
  const element = (node: XmlNode, text: string, createdAt: string | undefined): DocumentElement => {
    return commentElement(text, authors.get(node.attributes.authorId ?? ""), createdAt, { slide });
  };
  for (const target of await opc.related(slidePart, "comments")) {
    for (const node of children(await opc.readOptional(target))) {
      const isThread = node.name === "p188:cm";
      const text = cleanText(isThread ? bodyText(child(node, "p188:txBody")) : textContent(child(node, "p:text")));
      if (text !== "") yield element(node, text, isThread ? node.attributes.created : node.attributes.dt);
      for (const reply of children(child(node, "p188:replyLst"), "p188:reply")) {
        const answer = cleanText(bodyText(child(reply, "p188:txBody")));
        if (answer !== "") yield element(reply, answer, reply.attributes.created);
      }
    }
  }
}

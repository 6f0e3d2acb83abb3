import type { DocumentElement, ElementLocation } from "@groundwork/contracts";

/** Who wrote a comment. */
export interface CommentAuthor {
  readonly name: string | undefined;
  readonly initials?: string | undefined;
}

/**
 * A comment as its reader sees it: who wrote it, when, and what. Office repeats the author inside old comments; it is
 * told once.
 */
export function commentElement(
  text: string,
  author: CommentAuthor | undefined,
  createdAt: string | undefined,
  location?: ElementLocation,
): DocumentElement {
  const name = author?.name?.trim() ?? "";
  const initials = author?.initials?.trim() ?? "";
  const day = /^\d{4}-\d{2}-\d{2}/.exec(createdAt ?? "")?.[0];
  const lead = name === "" || text.startsWith(name) ? "" : `${name}${day === undefined ? "" : ` (${day})`}: `;
  const attributes = {
    ...(name === "" ? {} : { author: name }),
    ...(name === "" || initials === "" ? {} : { initials }),
    ...(createdAt === undefined || createdAt === "" ? {} : { createdAt }),
  };
  return {
    kind: "comment",
    text: `${lead}${text}`,
    ...(location === undefined ? {} : { location }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
}

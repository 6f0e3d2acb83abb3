import type { Citation } from "@groundwork/contracts";

export function timestamp(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return (parts[0] === 0 ? parts.slice(1) : parts).map((part) => String(part).padStart(2, "0")).join(":");
}

/** Where a passage stands, in words: document, page or time or sheet, section. */
export function citationLine(citation: Citation): string {
  const { location } = citation;
  const places = [
    ...(citation.page === undefined
      ? []
      : [citation.pages.length > 1 ? `pages ${citation.pages[0]}–${citation.pages.at(-1)}` : `page ${citation.page}`]),
    ...(citation.startMs === undefined
      ? []
      : [`${timestamp(citation.startMs)}–${timestamp(citation.endMs ?? citation.startMs)}`]),
    ...(location?.sheet === undefined
      ? []
      : [`sheet ${location.sheet}${location.range === undefined ? "" : ` ${location.range}`}`]),
    ...(location?.slide === undefined ? [] : [`slide ${location.slide}`]),
  ];
  const section = citation.sectionPath.length > 0 ? ` · ${citation.sectionPath.join(" › ")}` : "";
  return `${citation.sourceUri.split("/").slice(-1)[0]}${places.length > 0 ? `, ${places.join(", ")}` : ""}${section}`;
}

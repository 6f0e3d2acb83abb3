const BULLET = /^[•●○■□▪◦·∙►▶✓✔➢❖*–—-](?:\s+|(?=[\p{L}\d]))/u;
const COUNTER = /^(?:\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])\s+/u;

/** The marker at the start of a list item, with the blanks behind it; empty where there is none. A lone marker is text. */
export function listMarker(text: string): string {
  const marker = (BULLET.exec(text) ?? COUNTER.exec(text))?.[0] ?? "";
  return marker.length < text.length ? marker : "";
}

/** Characters that differ between renderings of the same text. */
const SAME: Readonly<Record<string, string>> = {
  "‘": "'",
  "’": "'",
  "‚": "'",
  "“": '"',
  "”": '"',
  "„": '"',
  "＿": "_",
  "–": "-",
  "—": "-",
  "‑": "-",
  "‒": "-",
  "−": "-",
  "\u00ad": "",
  "\u200b": "",
  "\ufeff": "",
  "…": "...",
};

const BLOCK =
  /<\/?(?:table|tr|td|th|thead|tbody|tfoot|caption|colgroup|col|p|div|br|hr|ul|ol|li|h[1-6]|span|b|i|u|s|em|strong|sup|sub|figure|figcaption|a|img|html|head|body|title|pre|code|blockquote|del|ins|mark|section|article)\b[^<>]*>/gi;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  copy: "©",
  reg: "®",
  mdash: "—",
  ndash: "–",
  hellip: "…",
  rsquo: "’",
  lsquo: "‘",
  ldquo: "“",
  rdquo: "”",
  bull: "•",
  middot: "·",
  times: "×",
  deg: "°",
  euro: "€",
  pound: "£",
  sect: "§",
  para: "¶",
  trade: "™",
};

export function unescapeHtml(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|[a-z]+);/gi, (whole, name: string) => {
    if (name.startsWith("#")) {
      const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    }
    return ENTITIES[name] ?? whole;
  });
}

/** Markdown (with bits of HTML) as the text a reader sees, on one line, so that dialects do not count. */
export function plainText(markdown: string): string {
  let text = markdown.replace(/[\r\f]/g, "\n").replace(/<!--[\s\S]*?-->/g, " ");
  if (text.startsWith("---\n")) text = text.replace(/^---\n[\s\S]*?\n---\n/, "");
  text = text
    .replace(/<(style|script)\b[\s\S]*?<\/\1>/gi, " ")
    .replace(/!\[([^\]]*)\]\((?:[^()]|\([^()]*\))*\)/g, " $1 ")
    .replace(/\[([^\]]*)\]\((?:[^()]|\([^()]*\))*\)/g, "$1")
    .replace(BLOCK, " ");
  text = unescapeHtml(text)
    .replace(/^(#{1,6}[ \t].*?)[ \t]*\{#[^}\n]*\}[ \t]*$/gm, "$1")
    .replace(/^[ \t]*\|?[ \t:|-]*-[ \t:|-]*$/gm, " ")
    .replace(/^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+•·▪◦‣●○][ \t]+)+/gm, "")
    .replace(/^[ \t]*(?:```|~~~)\w*[ \t]*$/gm, " ")
    .replace(/\\([\\`*_{}[\]()#+\-.!|<>~$&])/g, "$1")
    .replace(/\*\*|__|~~|`/g, "")
    .replace(/(?<![\p{L}\p{N}_])[*_](?=\S)|(?<=\S)[*_](?![\p{L}\p{N}_])/gu, "")
    .replace(/\|/g, " ")
    .replace(/\\/g, "")
    .normalize("NFKC");
  text = text.replace(/[‘’‚“”„＿–—‑‒−\u00ad\u200b\ufeff…]/g, (character) => SAME[character] ?? character);
  return text.replace(/\s+/g, " ").trim();
}

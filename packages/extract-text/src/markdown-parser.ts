import MarkdownIt, { type Options } from "markdown-it";
import footnotes from "markdown-it-footnote";

/** Blocks deeper than this are not read: no person nests so, and each level reads its lines again. */
const OPTIONS: Options & { readonly maxNesting: number } = { html: true, maxNesting: 1_000 };

/**
 * Brackets and marks that no partner ends are looked for to the end of their paragraph, each of them. A paragraph longer
 * than this is text as it stands: time must grow with the document, not with its square. Characters.
 */
const MOST_INLINE = 16_384;

/** A parser of CommonMark with GitHub's tables, strikethrough and footnotes. Footnotes stay where they are defined. */
export function createMarkdownParser(): MarkdownIt {
  const parser = new MarkdownIt("default", OPTIONS);
  parser.use(footnotes);
  parser.core.ruler.disable("footnote_tail");
  parser.inline.ruler.disable("footnote_inline");
  parser.core.ruler.at("inline", ({ tokens, md, env, Token }) => {
    for (const token of tokens) {
      if (token.type !== "inline") continue;
      token.children ??= [];
      if (token.content.length <= MOST_INLINE) md.inline.parse(token.content, md, env, token.children);
      else {
        const text = new Token("text", "", 0);
        text.content = token.content;
        token.children.push(text);
      }
    }
  });
  // Nothing is rendered: addresses are taken as they are written, and a link that may not be followed is text all the same.
  parser.validateLink = () => true;
  parser.normalizeLink = (address) => address;
  parser.normalizeLinkText = (text) => text;
  return parser;
}

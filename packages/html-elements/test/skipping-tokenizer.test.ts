import { Tokenizer, type TokenizerCallbacks } from "htmlparser2";
import { describe, expect, test } from "vitest";
import { SkippingTokenizer, type TextSink } from "../src/skipping-tokenizer.ts";

type AnyTokenizer = new (options: object, callbacks: TokenizerCallbacks) => Pick<Tokenizer, "write" | "end">;

/** Every call the tokenizer makes, text and value pieces joined: where a piece of input ends is not part of what it says. */
function tokens(Class: AnyTokenizer, pieces: readonly string[]): readonly (readonly unknown[])[] {
  const whole = pieces.join("");
  const calls: unknown[][] = [];
  const record =
    (name: string) =>
    (...values: readonly number[]): void => {
      const last = calls[calls.length - 1];
      if ((name === "ontext" || name === "onattribdata") && last?.[0] === name && last[2] === values[0]) {
        last[2] = values[1];
      } else if ((name !== "ontext" && name !== "onattribdata") || values[0] !== values[1])
        calls.push([name, ...values]);
    };
  const names = [
    "onattribdata",
    "onattribentity",
    "onattribend",
    "onattribname",
    "oncdata",
    "onclosetag",
    "oncomment",
    "ondeclaration",
    "onend",
    "onopentagend",
    "onopentagname",
    "onprocessinginstruction",
    "onselfclosingtag",
    "ontext",
    "ontextentity",
  ];
  const callbacks = Object.fromEntries(names.map((name) => [name, record(name)])) as unknown as TokenizerCallbacks;
  let offset = 0;
  const textSink: TextSink = {
    ontextrange: (source, start, end) => {
      expect(source).toBe(whole.slice(offset, offset + source.length));
      callbacks.ontext(offset + start, offset + end);
    },
  };
  const tokenizer = new Class({ decodeEntities: true, textSink }, callbacks);
  for (const piece of pieces) {
    tokenizer.write(piece);
    offset += piece.length;
  }
  tokenizer.end();
  return calls.map((call) => [...call, whole.slice(call[1] as number, call[2] as number)]);
}

const pages = [
  "<!doctype html><html lang=en><head><title>A &amp; b</title><meta charset=\"utf-8\"></head><body class='x &lt; y' hidden>one <b>two</b> three</body></html>",
  '<p id=a title="a & b > c" data-x=\'"\' checked>1 < 2 && 3 > 2 &unknown; &#x20AC;&notit;</p><br/><img src=x.png alt="a&quot;b"/>',
  "<script>if (a < b && c) { x = '<p>' } </script><style>p > a {}</style><textarea>a</b>&lt;</textarea><xmp><p></xmp>x",
  "<!-- a -- b --><!----><!-- -->x<![CDATA[y]]><?php z ?><svg><title>t</title><path d='M0 0'/></svg>< p></ p></>",
  "<h1>größe 字 😀</h1><a-b c:d=e f = g>h</a-b><p attr=va/lue&amp;></p><p",
  '<a href="unclosed & <p>text</p>',
  "plain & text &",
  "",
];

/** The same numbers each time. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe("the tokens are those of the tokenizer it extends", () => {
  const Plain = Tokenizer as unknown as AnyTokenizer;
  const Skipping = SkippingTokenizer as unknown as AnyTokenizer;

  test.each(pages)("%s", (page) => expect(tokens(Skipping, [page])).toEqual(tokens(Plain, [page])));

  test("however the input is cut, and whatever it is", () => {
    const random = numbers(7);
    const next = (below: number): number => Math.floor(random.next().value * below);
    const alphabet = [
      ...["<", ">", "&", '"', "'", "/", "=", " ", "\n", "!", "-", "a", "p", "script", "amp;", "é", "]", "?", "1"],
      ...[
        "<p ",
        "</p",
        "<div",
        " class=",
        '="x y"',
        "='&lt;'",
        ' id="',
        '">',
        "/>",
        "<!--",
        "-->",
        "<title>",
        "</title>",
      ],
    ];
    for (let round = 0; round < 1_500; round++) {
      const page =
        round % 2 === 0
          ? pages[next(pages.length)]!
          : Array.from({ length: next(60) }, () => alphabet[next(alphabet.length)]!).join("");
      const pieces: string[] = [];
      for (let at = 0; at < page.length; ) {
        const end = at + 1 + next(12);
        pieces.push(page.slice(at, end));
        at = end;
      }
      expect(tokens(Skipping, pieces)).toEqual(tokens(Plain, pieces));
    }
  });
});

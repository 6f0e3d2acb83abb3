import { type Handler, Parser, type ParserOptions } from "htmlparser2";
import { describe, expect, test } from "vitest";
import { NameParser } from "../src/name-parser.ts";
import { NameTable } from "../src/name-table.ts";

const names = {
  tagNames: new NameTable("html body p b br img svg math title foreignobject table td form".split(" ")),
  attributeNames: new NameTable("class id href xml:lang".split(" ")),
};

type AnyParser = new (handler: Partial<Handler>, options: ParserOptions) => Pick<Parser, "write" | "end">;

function events(Class: AnyParser, pieces: readonly string[]): readonly unknown[] {
  const calls: unknown[] = [];
  const parser = new Class(
    {
      onopentag: (...values) => calls.push(["open", ...values]),
      onopentagname: (name) => calls.push(["name", name]),
      onattribute: (...values) => calls.push(["attribute", ...values]),
      ontext: (text) => calls.push(["text", text]),
      onclosetag: (...values) => calls.push(["close", ...values]),
    },
    { decodeEntities: true, ...names },
  );
  for (const piece of pieces) parser.write(piece);
  parser.end();
  return calls;
}

const pages = [
  "<!doctype html><HTML><Body CLASS=a Id='b' data-x=c><p>one<P>two<br>three</br><b>four</p></body></html>",
  "<p>x<image src=a><img href=b></image><pp><br/><td class=x class=y></td></p><form><form><p></form>",
  "<svg class=a><title>t</title><foreignObject><P Class=b><svg></svg></P></foreignObject><image/></svg><p>a</p>",
  "<math><title>t</title><p>x</p></math><html xml:lang=en XML:LANG=de><très-long-name-of-a-tag-that-none-has a=b>",
  "<table><tr><td>1<td ID>2</table><b",
  "",
];

describe("the parser with known names", () => {
  test.each(pages)("gives the events of the parser it extends: %s", (page) => {
    const wanted = events(Parser, [page]);
    const Class = NameParser as unknown as AnyParser;
    expect(events(Class, [page])).toEqual(wanted);
    for (let cut = 1; cut < page.length; cut++)
      expect(events(Class, [page.slice(0, cut), page.slice(cut)])).toEqual(
        events(Parser, [page.slice(0, cut), page.slice(cut)]),
      );
    expect(events(Class, [...page])).toEqual(events(Parser, [...page]));
  });
});

describe("a table of names", () => {
  test("finds lower-case names where they stand, and may hold those of other cases", () => {
    const { tagNames } = names;
    expect(tagNames.find("<table>", 1, 6)).toBe("table");
    expect(tagNames.find("<TABLE>", 1, 6)).toBeUndefined();
    expect(tagNames.mayHold("<TABLE>", 1, 6)).toBe(true);
    expect(tagNames.mayHold("<x>", 1, 2)).toBe(false);
    expect(tagNames.find("<a-name-that-is-too-long>", 1, 24)).toBeUndefined();
  });

  test("takes no names longer than it looks at", () => {
    expect(() => new NameTable(["a-name-that-is-too-long"])).toThrow(/16 characters/);
  });
});

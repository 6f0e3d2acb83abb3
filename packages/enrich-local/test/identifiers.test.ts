import type { DocumentElement, EnricherResult } from "@groundwork/contracts";
import { describe, expect, test } from "vitest";
import { findIdentifiers } from "../src/find-identifiers.ts";
import { identifiersEnricher } from "../src/index.ts";

const found = (text: string): string[] => findIdentifiers(text).map(({ type, code }) => `${type} ${code}`);

describe("what is an identifier", () => {
  for (const [text, ...expected] of [
    ["Policy No. FIN-204", "document-number FIN-204"],
    ["Policy Number: HR/2024/017, Rev. 3", "document-number HR/2024/017", "revision 3"],
    ["Document ID # QMS-12.4_B.", "document-number QMS-12.4_B"],
    [
      "Contract No. GS-35F-0119Y and Purchase Order No. 4500012345",
      "document-number GS-35F-0119Y",
      "document-number 4500012345",
    ],
    ["OMB Control Number: 3090-0001", "omb-control-number 3090-0001"],
    ["OMB 3090-0001 and OMB No. 1545-0074", "omb-control-number 3090-0001", "omb-control-number 1545-0074"],
    ["Revision: 2.1", "revision 2.1"],
    ["Version 1.4.2 of the manual", "revision 1.4.2"],
    ["Rev. B", "revision B"],
    ["ISBN 978-0-306-40615-7", "isbn 978-0-306-40615-7"],
    ["ISBN 0-306-40615-2.", "isbn 0-306-40615-2"],
    ["ISSN 0378-5955", "issn 0378-5955"],
    ["doi:10.1000/xyz123 (2020)", "doi 10.1000/xyz123"],
    ["https://doi.org/10.1016/j.ins.2019.09.013.", "doi 10.1016/j.ins.2019.09.013"],
    ["41 CFR 301-10.1 and 48 C.F.R. § 52.212", "regulation 41 CFR 301-10.1", "regulation 48 C.F.R. § 52.212"],
    ["under FAR 52.212-4", "regulation FAR 52.212-4"],
    ["Regulation (EU) 2016/679", "regulation Regulation (EU) 2016/679"],
    ["5 U.S.C. 552a", "statute 5 U.S.C. 552a"],
    ["Pub. L. 107-347 and Executive Order 13526", "statute 107-347", "statute 13526"],
    [
      "ISO/IEC 27001:2013, NIST SP 800-53, RFC 2119",
      "standard ISO/IEC 27001:2013",
      "standard NIST SP 800-53",
      "standard RFC 2119",
    ],
    ["GSA Form 527 or SF-86", "form GSA Form 527", "form SF-86"],
    ["Our ref: AB/12-9", "reference AB/12-9"],
  ] as const)
    test(text, () => expect(found(text)).toEqual(expected));

  for (const text of [
    "The policy number is on the first page.",
    "In 2024 the policy changed 3 times.",
    "Call 555-0100 before 12:30.",
    "Version control is needed. A new edition appears in the edition 2019.",
    "ISBN 978-0-306-40615-8",
    "ISSN 0378-5954",
    "Form a team of 5 people.",
    "the revision of rules",
    "Issue a card to each of them.",
    "Order 66 boxes.",
    "the far 52 houses",
    "VERA and the issue 5 of them",
  ])
    test(`none: ${text}`, () => expect(found(text)).toEqual([]));

  test("where it stands and how it is written", () => {
    expect(findIdentifiers("As of now, Policy  No.\nFIN-204 holds.")).toEqual([
      { type: "document-number", code: "FIN-204", text: "Policy No. FIN-204", start: 11, score: 0.9 },
    ]);
  });

  test("time is linear in the text, whatever the text", () => {
    const time = (text: string): number => {
      const started = performance.now();
      findIdentifiers(text);
      return performance.now() - started;
    };
    for (const piece of [
      "Policy No. ",
      "1",
      "1-",
      "A-",
      "ISBN 1 ",
      "10.1234/a",
      "doi:10.1/",
      "Form ",
      "ISO/IEC/",
      "1 CFR 1.",
      "rev ",
      " ",
      "ref no. : ",
      "1 CFR  ",
      "Pub. L. No. ",
      "5 U.S.C. § ",
      "Regulation (EU) ",
      "ISBN 978-0-",
      "Form A-",
      "Z.9",
    ]) {
      const text = piece.repeat(Math.ceil(40_000 / piece.length));
      time(text);
      expect(time(text), piece).toBeLessThan(400);
    }
  });
});

describe("of a document", () => {
  const enrich = (elements: readonly DocumentElement[]): Promise<EnricherResult> =>
    identifiersEnricher().enrich({ mediaType: "text/plain", metadata: {}, elements });
  const paragraph = (text: string): DocumentElement => ({ kind: "paragraph", text });

  test("all with types, codes, scores and places; its own number and revision by themselves", async () => {
    const { attributes } =
      (
        await enrich([
          { kind: "header", text: "Policy No. FIN-204  Rev. 3" },
          paragraph("This policy implements 41 CFR 301-10.1."),
          ...Array.from({ length: 20 }, () => paragraph("Some text.")),
          paragraph("It replaces Policy No. FIN-100. See 41 CFR 301-10.1."),
        ])
      ).metadata ?? {};
    expect(attributes).toMatchObject({
      "enrich.identifiers": ["Policy No. FIN-204", "Rev. 3", "41 CFR 301-10.1", "Policy No. FIN-100"],
      "enrich.identifiers.types": ["document-number", "revision", "regulation", "document-number"],
      "enrich.identifiers.codes": ["FIN-204", "3", "41 CFR 301-10.1", "FIN-100"],
      "enrich.identifiers.scores": ["0.9", "0.8", "0.95", "0.45"],
      "enrich.identifiers.elements": ["0", "0", "1", "22"],
      "enrich.documentNumber": "FIN-204",
      "enrich.documentNumber.score": 0.9,
      "enrich.revision": "3",
    });
  });

  test("two numbers of its own are none", async () => {
    const { attributes } = (await enrich([paragraph("Policy No. A-1"), paragraph("Policy No. A-2")])).metadata ?? {};
    expect(attributes?.["enrich.documentNumber"]).toBeUndefined();
    expect(attributes?.["enrich.identifiers"]).toEqual(["Policy No. A-1", "Policy No. A-2"]);
  });

  test("the cells of a control block", async () => {
    const rows = [
      ["Document No.", "QMS-7"],
      ["Revision", "C"],
      ["Owner", "Room 12"],
    ];
    const table: DocumentElement = {
      kind: "table",
      text: rows.map((row) => row.join(" | ")).join("\n"),
      table: {
        rows: 3,
        columns: 2,
        cells: rows.flatMap((row, index) => row.map((text, column) => ({ row: index, column, text }))),
      },
    };
    expect((await enrich([table])).metadata?.attributes).toMatchObject({
      "enrich.documentNumber": "QMS-7",
      "enrich.revision": "C",
    });
  });

  test("nothing found adds nothing", async () => {
    expect(await enrich([paragraph("Plain prose without any number.")])).toEqual({});
  });
});

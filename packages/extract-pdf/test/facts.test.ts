import { readFile } from "node:fs/promises";
import type { DocumentMetadata } from "@groundwork/contracts";
import { passwordForms } from "@groundwork/pdfium";
import { documentOfBytes } from "@groundwork/testing/extractor-suite";
import { describe, expect, it } from "vitest";
import { pdfExtractor } from "../src/index.ts";
import { buildPdf, linesAt, textAt } from "./build-pdf.ts";
import { collect } from "./collect.ts";

const fixture = (name: string): Promise<Buffer> => readFile(new URL(`./fixtures/${name}`, import.meta.url));

describe("protected documents", () => {
  it.each([undefined, "wrong"])(
    "tell what stands outside strings and streams before the refusal (password: %s)",
    async (password) => {
      const told: DocumentMetadata[] = [];
      const extractor = pdfExtractor(password === undefined ? {} : { password });
      const reading = async (): Promise<void> => {
        const document = documentOfBytes(await fixture("password-secret.pdf"), "application/pdf");
        for await (const part of extractor.extract(document)) if (part.type === "metadata") told.push(part.metadata);
      };
      await expect(reading()).rejects.toMatchObject({
        code: password === undefined ? "PASSWORD_REQUIRED" : "PASSWORD_INCORRECT",
      });
      expect(told).toEqual([{ pages: 1, attributes: { pdfEncrypted: true, pdfForms: 0, pdfAnnotations: 0 } }]);
      await extractor.close?.();
    },
  );

  it("open when only their owner has a password", async () => {
    const { elements, metadata } = await collect(await fixture("password-owner-only.pdf"));
    expect(elements.map(({ text }) => text)).toEqual(["Open to every reader of this page."]);
    expect(metadata.attributes?.pdfEncrypted).toBe(true);
  });

  it("take a password as typed or as SASLprep writes it", async () => {
    expect(passwordForms("S\u00aaSL\u00adprep")).toEqual(["S\u00aaSL\u00adprep", "SaSLprep"]);
    expect(passwordForms("plain")).toEqual(["plain"]);
    const { elements } = await collect(await fixture("password-prepared.pdf"), { password: "S\u00aaSL\u00adprep" });
    expect(elements).toHaveLength(1);
  });
});

describe("images", () => {
  const image = (size: number): string =>
    `<< /Type /XObject /Subtype /Image /Width ${size} /Height ${size} /ColorSpace /DeviceGray /BitsPerComponent 8 ` +
    `/Length ${size * size} >>\nstream\n${"\x40".repeat(size * size)}\nendstream`;
  const paint = (name: string, x: number): string => `q 40 0 0 40 ${x} 60 cm /${name} Do Q\n`;
  const text = linesAt(60, 700, [
    "A page with pictures under its text, as reports",
    "and letters have them, logos and all.",
  ]);

  it("count once a page however often they are painted, also inside forms", async () => {
    const form = `<< /Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << /B 101 0 R >> >> /Length ${paint("B", 200).length} >>\nstream\n${paint("B", 200)}\nendstream`;
    const entries = "/Resources << /Font << /F1 3 0 R >> /XObject << /A 100 0 R /F 102 0 R >> >>";
    const page = { content: `${text + paint("A", 60) + paint("A", 120)}/F Do\n`, entries };
    const bytes = buildPdf({
      pages: [page, { content: text + paint("A", 60), entries }, { content: textAt(60, 700, "No picture here.") }],
      objects: [
        [100, image(4)],
        [101, image(8)],
        [102, form],
      ],
    });
    const { metadata } = await collect(bytes);
    expect(metadata.attributes?.pdfImages).toBe(3);
  });
});

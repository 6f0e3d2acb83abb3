import { readFile } from "node:fs/promises";
import type { DocumentElement, PageImage } from "@groundwork/contracts";
import { imageExtractor } from "@groundwork/extract-image";
import { openPictures, pictureInfo, type Raster, turn } from "@groundwork/picture";
import { redact } from "@groundwork/pii-policy";
import { ValueFinder } from "@groundwork/redaction";
import { expectError } from "@groundwork/testing";
import { encode } from "fast-png";
import jpeg from "jpeg-js";
import { afterAll, describe, expect, test } from "vitest";
import { drawBars } from "../src/bars.ts";
import { encodeTiff, packTiffPage } from "../src/encode-tiff.ts";
import { redactImage, verifyRedactedImage } from "../src/index.ts";
import { redactPictures } from "../src/redact-pictures.ts";
import { drawPicture } from "./draw-picture.ts";
import { fakeRecognizer, isBlackAt, patternDetector } from "./fakes.ts";

const recognizer = imageExtractor({ wordBoxes: true });
afterAll(() => recognizer.close?.());
const detectors = [
  patternDetector({
    NAME: /Maria\s+Gonzalez/g,
    SSN: /\d{3}-\d{2}-\d{4}/g,
    PHONE: /\(\d{3}\)\s+\d{3}-\d{4}/g,
    LOCATION: /Dublin/g,
  }),
];
const policy = redact();

const LINES = [
  "Travel claim of the sales office, second quarter",
  "The employee Maria Gonzalez lives in Dublin with Maria",
  "Gonzalez senior and asks for a refund by wire today.",
  "Number 123-45-6789 belongs to the claim, phone",
  "(555) 123-4567 at noon, as agreed with the desk.",
];
const VALUES = /Maria|Gonzalez|123-45|6789|555|4567/;
const WORDS = ["Travel claim", "employee", "lives in Dublin", "senior and asks", "Number", "at noon"];

const pngOf = ({ width, height, pixels }: Raster): Uint8Array => encode({ width, height, channels: 3, data: pixels });

async function decode(bytes: Uint8Array, index = 0): Promise<PageImage> {
  const raster = await openPictures(bytes, pictureInfo(bytes)).picture(index);
  return { page: index + 1, channels: 3, ...raster };
}

async function textOf(bytes: Uint8Array, index = 0): Promise<string> {
  const elements = await recognizer.recognizePage!(await decode(bytes, index));
  return elements.map(({ text, attributes }) => `${attributes?.marker ?? ""} ${text}`).join("\n");
}

function expectRedacted(text: string, words = WORDS): void {
  expect(text).not.toMatch(VALUES);
  for (const word of words) expect(text).toContain(word);
}

// Networks read these pictures, on machines that may do other things as well.
describe("values in print", { timeout: 240_000 }, () => {
  test("are gone from a picture, those over two lines and in the marker of a list, too", async () => {
    const picture = await drawPicture(LINES);
    const original = pngOf(picture);
    expect(await textOf(original)).toMatch(VALUES);
    const { bytes, mediaType, pages, redactions } = await redactImage(original, { recognizer, detectors, policy });
    expect([mediaType, pages]).toEqual(["image/png", 1]);
    expect(redactions.map(({ type, boxes }) => [type, boxes.length])).toEqual([
      ["NAME", 1],
      ["NAME", 2],
      ["SSN", 1],
      ["PHONE", 1],
    ]);
    expectRedacted(await textOf(bytes));
    const copy = await decode(bytes);
    expect([copy.width, copy.height]).toEqual([picture.width, picture.height]);
    const boxes = redactions.flatMap((redaction) => redaction.boxes);
    for (const { left, top, right, bottom } of boxes) {
      expect(isBlackAt(copy, (left + right) / 2, (top + bottom) / 2)).toBe(true);
      expect((right - left) * (bottom - top), "as large as its words").toBeLessThan(0.03);
    }
    await verifyRedactedImage(bytes, { pages: 1, boxes });
  });

  test("are gone from a photograph on its side, with everything else that the file says", async () => {
    const upright = await drawPicture(LINES);
    const stored = turn(upright, 3);
    const rgba = new Uint8Array(stored.width * stored.height * 4).fill(255);
    for (let at = 0; at < stored.width * stored.height; at++)
      rgba.set(stored.pixels.subarray(at * 3, at * 3 + 3), at * 4);
    const plain = jpeg.encode({ width: stored.width, height: stored.height, data: rgba }, 90).data;
    const canary = "Canary Maria Gonzalez 123-45-6789";
    // Orientation 6 and a description, then a comment: shown turned clockwise.
    const tiff = Buffer.alloc(8 + 2 + 24 + 4 + canary.length + 1);
    tiff.write("II*\0\b\0\0\0", "latin1");
    tiff.writeUInt16LE(2, 8);
    for (const [index, entry] of [[0x010e, 2, canary.length + 1, 38] as const, [0x0112, 3, 1, 6] as const].entries()) {
      tiff.writeUInt16LE(entry[0], 10 + index * 12);
      tiff.writeUInt16LE(entry[1], 12 + index * 12);
      tiff.writeUInt32LE(entry[2], 14 + index * 12);
      tiff.writeUInt32LE(entry[3], 18 + index * 12);
    }
    tiff.write(canary, 38, "latin1");
    const segment = (marker: number, body: Buffer): Buffer =>
      Buffer.concat([Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255]), body]);
    const photograph = Buffer.concat([
      plain.subarray(0, 2),
      segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff])),
      segment(0xfe, Buffer.from(canary)),
      plain.subarray(2),
    ]);
    const { bytes, mediaType } = await redactImage(photograph, { recognizer, detectors, policy });
    expect(mediaType).toBe("image/png");
    const copy = await decode(bytes);
    expect([copy.width, copy.height], "upright").toEqual([upright.width, upright.height]);
    expectRedacted(await textOf(bytes));
    const chunks: string[] = [];
    for (let at = 8; at < bytes.length; at += 12 + Buffer.from(bytes).readUInt32BE(at))
      chunks.push(Buffer.from(bytes).toString("latin1", at + 4, at + 8));
    expect([...new Set(chunks)]).toEqual(["IHDR", "IDAT", "IEND"]);
    expect(Buffer.from(bytes).toString("latin1")).not.toMatch(/Canary|Exif/);
  });

  test("are gone from all pages of a TIFF, askew and beside colour, too", async () => {
    const first = await drawPicture(LINES.slice(0, 2));
    const second = await drawPicture(["Copy to Maria Gonzalez by mail", "nothing else on this page"], { degrees: 4 });
    second.pixels.set([255, 0, 0], 0);
    const original = encodeTiff([await packTiffPage(first), await packTiffPage(second)]);
    const known = [patternDetector({ NAME: /(?<=employee )Maria Gonzalez/g })];
    const { bytes, mediaType, pages, redactions } = await redactImage(original, {
      recognizer,
      detectors: known,
      policy,
    });
    expect([mediaType, pages]).toEqual(["image/tiff", 2]);
    expect(redactions.map(({ boxes }) => boxes[0]!.page)).toEqual([1, 2]);
    expectRedacted(await textOf(bytes, 1), ["Copy to", "by mail", "nothing else on this page"]);
    expect([...(await decode(bytes, 1)).pixels.subarray(0, 3)], "colour stays").toEqual([255, 0, 0]);
    expect(await textOf(bytes)).toContain("lives in Dublin");
  });
});

/** A page that says one word a box; what is black is not read. */
const WORDS_AT: readonly (readonly [word: string, left: number])[] = [
  ["Signed", 0.1],
  ["Maria", 0.3],
  ["Gonzalez", 0.5],
  ["today", 0.7],
];
const TOP = 0.4;
function readWords(image: PageImage): DocumentElement[] {
  let text = "";
  const boxes: {
    page: number;
    left: number;
    top: number;
    right: number;
    bottom: number;
    start: number;
    end: number;
  }[] = [];
  for (const [word, left] of WORDS_AT) {
    if (isBlackAt(image, left + 0.05, TOP + 0.05)) continue;
    if (text !== "") text += " ";
    const start = text.length;
    text += word;
    boxes.push({ page: image.page, left, top: TOP, right: left + 0.1, bottom: TOP + 0.1, start, end: text.length });
  }
  return [{ kind: "paragraph", text, boxes }];
}
const white = (width = 200, height = 100): Raster => ({
  width,
  height,
  pixels: new Uint8Array(width * height * 3).fill(255),
});

describe("the copy is read again", () => {
  test("a bar that was not drawn is caught, and so is a value that can still be read", async () => {
    const pictures = { count: 1, picture: async () => white() };
    const finder = () => new ValueFinder({ detectors, policy });
    const honest = fakeRecognizer(readWords);
    const { redactions } = await redactPictures(pictures, { finder: finder(), recognizer: honest, regions: [] });
    expect(redactions.map(({ type }) => type)).toEqual(["NAME"]);
    expect(honest.calls()).toBe(2);
    const missesOne: typeof drawBars = (raster, bars) => drawBars(raster, bars.slice(1));
    await expectError(
      () => redactPictures(pictures, { finder: finder(), recognizer: honest, regions: [], draw: missesOne }),
      "PII_POLICY_VIOLATION",
    );
    // Its boxes are beside the words: bars are black where nothing was.
    const beside = fakeRecognizer((image) => readWords({ ...image, pixels: white().pixels }));
    await expectError(
      () => redactPictures(pictures, { finder: finder(), recognizer: beside, regions: [] }),
      "PII_POLICY_VIOLATION",
    );
    expect(beside.calls()).toBe(5);
  });

  test("what shows only in the copy is burned out of the next", async () => {
    // On the second look the first word is another name.
    const late = fakeRecognizer((image, call) =>
      readWords(image).map((element) => ({
        ...element,
        text: call === 1 ? element.text : element.text.replace("Signed", "Sample"),
      })),
    );
    const { bytes, redactions } = await redactImage(pngOf(white()), {
      recognizer: late,
      detectors: [...detectors, patternDetector({ USERNAME: /Sample/g })],
      policy,
    });
    expect(redactions.map(({ type }) => type)).toEqual(["NAME", "USERNAME"]);
    const copy = await decode(bytes);
    expect(WORDS_AT.map(([, left]) => isBlackAt(copy, left + 0.05, TOP + 0.05))).toEqual([true, true, true, false]);
  });

  test("a value whose place nobody knows is refused; one with the place of its element burns all of it", async () => {
    const whole = readWords({ page: 1, channels: 3, ...white() }).map(({ boxes, ...element }) => element);
    await expectError(
      () => redactImage(pngOf(white()), { recognizer: fakeRecognizer(() => whole), detectors, policy }),
      "PII_POLICY_VIOLATION",
    );
    const box = { page: 1, left: 0.1, top: TOP, right: 0.8, bottom: TOP + 0.1 };
    const coarse = fakeRecognizer((_, call) => (call === 1 ? [{ ...whole[0]!, boxes: [box] }] : []));
    const { bytes } = await redactImage(pngOf(white()), { recognizer: coarse, detectors, policy });
    const copy = await decode(bytes);
    for (const [, left] of WORDS_AT) expect(isBlackAt(copy, left + 0.05, TOP + 0.05)).toBe(true);
  });

  test("a copy with a page too few or a bar that is not black does not verify", async () => {
    const bytes = pngOf(white());
    await verifyRedactedImage(bytes, { pages: 1, boxes: [] });
    await expectError(() => verifyRedactedImage(bytes, { pages: 2, boxes: [] }), "PII_POLICY_VIOLATION");
    const box = { page: 1, left: 0.1, top: 0.1, right: 0.2, bottom: 0.2 };
    await expectError(() => verifyRedactedImage(bytes, { pages: 1, boxes: [box] }), "PII_POLICY_VIOLATION");
  });
});

test("what a policy keeps is shown; regions are burned out without a reader, of every format", async () => {
  const kept = await redactImage(pngOf(white()), {
    recognizer: fakeRecognizer(readWords),
    detectors,
    policy: redact({ types: { NAME: "keep" } }),
  });
  expect(kept.redactions).toEqual([]);
  const region = { page: 1, left: 0.25, top: 0.25, right: 0.5, bottom: 0.5 };
  for (const name of ["line.webp", "line.gif", "line.bmp", "transparent.png", "exif.jpg"]) {
    const original = new Uint8Array(
      await readFile(new URL(`../../extract-image/test/fixtures/${name}`, import.meta.url)),
    );
    const { bytes, mediaType, redactions } = await redactImage(original, { detectors: [], policy, regions: [region] });
    expect([mediaType, redactions], name).toEqual(["image/png", []]);
    const [before, after] = [await decode(original), await decode(bytes)];
    const burned = new Uint8Array(before.pixels);
    drawBars({ width: before.width, height: before.height, pixels: burned }, [region]);
    expect(Buffer.from(after.pixels).equals(burned), name).toBe(true);
    expect(Buffer.from(after.pixels).equals(before.pixels), name).toBe(false);
  }
});

test("failures are typed", async () => {
  const options = { recognizer: fakeRecognizer(readWords), detectors, policy };
  const png = pngOf(white());
  const error = (bytes: Uint8Array, changed: object, code: Parameters<typeof expectError>[1]) =>
    expectError(() => redactImage(bytes, { ...options, ...changed }), code);
  await error(new Uint8Array(), {}, "EMPTY_DOCUMENT");
  await error(new TextEncoder().encode("no picture"), {}, "CORRUPT_DOCUMENT");
  await error(png.subarray(0, 60), {}, "CORRUPT_DOCUMENT");
  await error(new Uint8Array([0, 0, 0, 24, ...new TextEncoder().encode("ftypheic")]), {}, "UNSUPPORTED_MEDIA_TYPE");
  await error(png, { signal: AbortSignal.abort() }, "ABORTED");
  await error(png, { detectors: [] }, "INVALID_ARGUMENT");
  await error(png, { recognizer: undefined }, "INVALID_ARGUMENT");
  await error(png, { policy: { otherwise: "burn" } }, "INVALID_CONFIGURATION");
  await error(png, { regions: [{ page: 2, left: 0, top: 0, right: 1, bottom: 1 }] }, "INVALID_ARGUMENT");
  await error(png, { regions: [{ page: 1, left: 0.5, top: 0, right: 0.5, bottom: 1 }] }, "INVALID_ARGUMENT");
  const crashing = fakeRecognizer(() => {
    throw new Error("secret words");
  });
  await error(png, { recognizer: crashing }, "CORRUPT_DOCUMENT");
  const stopping = new AbortController();
  const slow = fakeRecognizer((image) => {
    stopping.abort();
    return readWords(image);
  });
  await error(png, { recognizer: slow, signal: stopping.signal }, "ABORTED");
  const large = Uint8Array.from(png);
  new DataView(large.buffer).setUint32(16, 60_000);
  new DataView(large.buffer).setUint32(20, 60_000);
  await error(large, {}, "DOCUMENT_TOO_LARGE");
});

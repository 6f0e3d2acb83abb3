import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { DocumentElement, ExtractionPart, SourceDocument } from "@groundwork/contracts";
import { documentOfBytes, extractorCases } from "@groundwork/testing/extractor-suite";
import { afterAll, describe, expect, test } from "vitest";
import { audioExtractor } from "../src/index.ts";
import { SpeechRecognizer } from "../src/speech-recognizer.ts";
import { waveOf, whiteNoise } from "./wave-of.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const bytesOf = async (name: string): Promise<Uint8Array> => new Uint8Array(await readFile(fixture(name)));

const extractor = audioExtractor();
afterAll(() => extractor.close?.());

async function partsOf(document: SourceDocument, from = extractor): Promise<ExtractionPart[]> {
  const parts: ExtractionPart[] = [];
  for await (const part of from.extract(document)) parts.push(part);
  return parts;
}

const elementsOf = (parts: readonly ExtractionPart[]): DocumentElement[] =>
  parts.flatMap((part) => (part.type === "elements" ? part.elements : []));

describe("the contract", () => {
  const silence = waveOf(new Float32Array(8_000), 16_000);
  for (const one of extractorCases({
    name: "extract-audio",
    create: () => audioExtractor(),
    samples: [
      { name: "silence.wav", mediaType: "audio/wav", bytes: silence },
      { name: "clip.m4a", mediaType: "audio/mp4", bytes: m4aHead(), expectError: "UNSUPPORTED_MEDIA_TYPE" },
    ],
    randomDocuments: 5,
  })) {
    test(one.name, one.run);
  }
});

function m4aHead(): Uint8Array {
  return new Uint8Array([0, 0, 0, 24, ...new TextEncoder().encode("ftypM4A \0\0\0\0"), ...new Uint8Array(64)]);
}

describe("speech", () => {
  test("a recording becomes utterances with word times", async () => {
    const parts = await partsOf(documentOfBytes(await bytesOf("speech.flac"), "audio/flac"));
    const elements = elementsOf(parts);
    const text = elements.map((element) => element.text).join(" ");
    expect(text.toLowerCase()).toContain("may not approve her own travel");
    const [first] = elements;
    expect(first!.kind).toBe("utterance");
    expect(first!.speaker).toBeUndefined();
    for (const element of elements) {
      for (const time of element.times!) {
        expect(element.text.slice(time.start, time.end)).toMatch(/^\S+$/);
        expect(time.startMs).toBeGreaterThanOrEqual(element.startMs!);
        expect(time.endMs).toBeLessThanOrEqual(element.endMs!);
      }
    }
    // The fixture speaks from .6 s on and ends in half a second of silence.
    expect(first!.startMs!).toBeGreaterThan(300);
    expect(first!.startMs!).toBeLessThan(900);
    const metadata = parts.flatMap((part) => (part.type === "metadata" ? [part.metadata] : []));
    expect(metadata.at(-1)!.durationMs).toBeGreaterThan(3_000);
    expect(await partsOf(documentOfBytes(await bytesOf("speech.flac"), "audio/flac"))).toEqual(parts);
  });

  test("a cut-off recording is read as far as it goes, with a warning", async () => {
    const whole = await bytesOf("speech.flac");
    const parts = await partsOf(documentOfBytes(whole.slice(0, Math.floor(whole.length * 0.7)), "audio/flac"));
    expect(parts.some((part) => part.type === "warning" && part.warning.code === "recording-damaged")).toBe(true);
    expect(elementsOf(parts).length).toBeGreaterThan(0);
  });

  test("silence and noise give no elements and never reach the model", async () => {
    for (const samples of [new Float32Array(32_000), whiteNoise(48_000)]) {
      const parts = await partsOf(documentOfBytes(waveOf(samples, 16_000), "audio/wav"));
      expect(elementsOf(parts)).toEqual([]);
      expect(parts.filter((part) => part.type === "warning")).toEqual([]);
    }
  });

  test("an abort is seen while the model reads", async () => {
    const aborted = audioExtractor();
    const bytes = await bytesOf("speech.flac");
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    const started = performance.now();
    await expect(async () => {
      for await (const _part of aborted.extract(documentOfBytes(bytes, "audio/flac"), { signal: controller.signal }));
    }).rejects.toMatchObject({ code: "ABORTED" });
    expect(performance.now() - started).toBeLessThan(20_000);
    await aborted.close?.();
  });

  test("an extractor that was closed reads again", async () => {
    const closed = audioExtractor({ speakers: false });
    const document = documentOfBytes(await bytesOf("speech.flac"), "audio/flac");
    const first = await partsOf(document, closed);
    await closed.close?.();
    expect(await partsOf(document, closed)).toEqual(first);
    await closed.close?.();
    await closed.close?.();
  });
});

describe("the model", () => {
  test("noise ends in bounded time, and a window that takes too long is given up", async () => {
    const recognizer = await SpeechRecognizer.create(1);
    try {
      const noise = whiteNoise(16_000 * 10);
      const words = await recognizer.recognize(noise, { deadlineMs: 120_000, signal: undefined });
      // Twelve tokens a second at most, so no more words.
      expect(words!.length).toBeLessThan(12 * 11);
      expect(await recognizer.recognize(noise, { deadlineMs: 0, signal: undefined })).toBeUndefined();
    } finally {
      await recognizer.close();
    }
  });

  test("is sure of clear speech, and times its words", async () => {
    const parts = await partsOf(documentOfBytes(await bytesOf("speech.flac"), "audio/flac"));
    for (const element of elementsOf(parts)) expect(element.confidence!).toBeGreaterThan(0.5);
  });
});

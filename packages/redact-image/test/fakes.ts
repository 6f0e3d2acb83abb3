import type { DocumentElement, Extractor, PageImage, PiiDetector, PiiFinding } from "@groundwork/contracts";

/** Finds what patterns match. */
export function patternDetector(patterns: Readonly<Record<string, RegExp>>): PiiDetector {
  return {
    identity: { name: "fake", revision: "1" },
    detect: async (texts) =>
      texts.map((text) =>
        Object.entries(patterns)
          .flatMap(([type, pattern]) =>
            Array.from(
              text.matchAll(pattern),
              ({ 0: value, index }): PiiFinding => ({
                type,
                start: index,
                end: index + value.length,
                score: 0.9,
                detector: "fake",
              }),
            ),
          )
          .sort((a, b) => a.start - b.start),
      ),
  };
}

/** Reads what a function says is in a picture. `calls` counts. */
export function fakeRecognizer(
  read: (image: PageImage, call: number) => readonly DocumentElement[],
): Extractor & { readonly calls: () => number } {
  let calls = 0;
  return {
    identity: { name: "fake", revision: "1" },
    mediaTypes: [],
    // biome-ignore lint/correctness/useYield: reads pictures of pages only.
    async *extract() {
      throw new Error("not used");
    },
    recognizePage: async (image) => read(image, ++calls),
    calls: () => calls,
  };
}

/** Whether the middle of a place is black. */
export function isBlackAt({ width, height, channels, pixels }: PageImage, x: number, y: number): boolean {
  return pixels[(Math.floor(y * height) * width + Math.floor(x * width)) * channels] === 0;
}

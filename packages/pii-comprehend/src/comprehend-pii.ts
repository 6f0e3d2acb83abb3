import {
  type CallOptions,
  GroundworkError,
  type PiiDetector,
  type PiiFinding,
  throwIfAborted,
} from "@groundwork/contracts";
import PQueue from "p-queue";
import { combinePieces } from "./combine-pieces.ts";
import { comprehendClientOf } from "./comprehend-client.ts";
import { type ComprehendPiiOptions, resolveOptions } from "./comprehend-pii-options.ts";
import { ComprehendRequests, type ComprehendUsage } from "./comprehend-requests.ts";
import { DETECTOR } from "./entity-findings.ts";
import { FinishedRequests } from "./finished-requests.ts";
import { type ComprehendLanguage, languageFor } from "./languages.ts";
import { type Package, packTexts, unpackFindings } from "./pack-texts.ts";
import { type Piece, piecesOf } from "./pieces.ts";
import { hasContent, safeText } from "./safe-text.ts";

/** Bumped when the same answers of the service would give other findings. */
export const COMPREHEND_REVISION = "1";

export interface ComprehendPiiDetector extends PiiDetector {
  /** What was asked and is billed since the detector was made. */
  usage(): ComprehendUsage;
  /** Stops what runs and closes the connections of a client that was not given. Closing twice is allowed. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const packageOfOne = (text: string, index: number): Package => ({
  text,
  parts: [{ index, start: 0, end: text.length }],
});

/**
 * A detector that asks Amazon Comprehend (`DetectPiiEntities`), one request a text that fits into the service's limit; longer texts are cut with
 * overlap, equal texts of a call are asked once, texts without a letter or digit never. When a call fails, what was answered is kept and not paid for
 * again if the call is repeated.
 *
 * Options that are plain data (no client, request handler, credentials or governor) come back as `reference`.
 *
 * Errors: `INVALID_ARGUMENT` (options, a language that is refused, a closed detector), those of `comprehendError`, `ABORTED`.
 */
export function comprehendPii(options: ComprehendPiiOptions = {}): ComprehendPiiDetector {
  const resolved = resolveOptions(options);
  const { client, isOurs } = comprehendClientOf(options);
  const requests = new ComprehendRequests(client, resolved, options.governor);
  const queue = new PQueue({ concurrency: resolved.concurrency });
  const finished = new FinishedRequests();
  const closing = new AbortController();
  const { types, minimumScore, maxBytes, languages, gate, packing, concurrency } = resolved;
  const isPlain =
    options.client === undefined &&
    options.requestHandler === undefined &&
    options.credentials === undefined &&
    options.governor === undefined;

  /** Findings of everything that is to be sent. After a failure nothing new begins; what runs is paid for, so its answer is kept. */
  async function askAll(
    packages: readonly Package[],
    language: ComprehendLanguage,
    signal: AbortSignal,
  ): Promise<PiiFinding[][]> {
    let failure: unknown;
    const answered = new Map<string, readonly PiiFinding[]>();
    const ask = async (text: string, piece: Piece): Promise<{ piece: Piece; findings: readonly PiiFinding[] }> => {
      const sent = text.slice(piece.start, piece.end);
      const key = FinishedRequests.keyOf(sent, language);
      let findings = answered.get(key) ?? finished.get(key);
      if (findings === undefined && failure === undefined && !signal.aborted) {
        try {
          findings = hasContent(sent) ? await requests.findings(sent, language, signal) : [];
        } catch (thrown) {
          failure ??= thrown;
        }
      }
      if (findings !== undefined) answered.set(key, findings);
      const moved = (findings ?? []).map((finding) => ({
        ...finding,
        start: finding.start + piece.start,
        end: finding.end + piece.start,
      }));
      return { piece, findings: moved };
    };
    const found = await Promise.all(
      packages.map(async ({ text }) => {
        const parts = [...piecesOf(text, maxBytes)].map((piece) => queue.add(() => ask(text, piece)));
        return combinePieces(await Promise.all(parts));
      }),
    );
    if (failure === undefined && !signal.aborted) {
      for (const key of answered.keys()) finished.delete(key);
      return found;
    }
    for (const [key, findings] of answered) finished.keep(key, findings);
    throwIfAborted(signal, { driver: DETECTOR });
    throw failure;
  }

  async function detect(
    texts: readonly string[],
    { signal, language }: CallOptions & { readonly language?: string } = {},
  ): Promise<PiiFinding[][]> {
    throwIfAborted(signal, { driver: DETECTOR });
    if (closing.signal.aborted)
      throw new GroundworkError("INVALID_ARGUMENT", "Expected an open detector, found a closed one.", {
        driver: DETECTOR,
      });
    const results = texts.map((): PiiFinding[] => []);
    const asked = languageFor(language, languages);
    if (asked === undefined) return results;
    const places = new Map<string, number[]>();
    for (const [index, text] of texts.entries()) {
      if (!hasContent(text)) continue;
      const safe = safeText(text);
      const known = places.get(safe);
      if (known === undefined) places.set(safe, [index]);
      else known.push(index);
    }
    const unique = [...places.keys()];
    const packages = packing ? packTexts(unique) : unique.map(packageOfOne);
    const both = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
    const found = await askAll(packages, asked, both);
    for (const [number, packed] of packages.entries()) {
      const lists = unpackFindings(packed, found[number]!);
      for (const [part, { index }] of packed.parts.entries())
        for (const place of places.get(unique[index]!)!)
          results[place] = lists[part]!.map((finding) => ({ ...finding }));
    }
    return results;
  }

  const close = async (): Promise<void> => {
    if (closing.signal.aborted) return;
    closing.abort();
    await queue.onIdle();
    if (isOurs) client.destroy();
  };
  return {
    identity: {
      name: DETECTOR,
      revision: COMPREHEND_REVISION,
      options: { types: types ?? "all", minimumScore, maxBytes, ...languages, gate: gate ?? "none", packing },
    },
    ...(isPlain
      ? { reference: { module: import.meta.url, name: "comprehendPii", options: { ...options, concurrency } } }
      : {}),
    detect,
    usage: () => requests.usage,
    close,
    [Symbol.asyncDispose]: close,
  };
}

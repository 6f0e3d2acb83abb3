import type { CallOptions, Catalog } from "@groundwork/contracts";
import { estimateSeconds } from "./estimate-seconds.ts";
import type { PipelineParts } from "./pipeline-parts.ts";
import type { Plan } from "./plan.ts";
import { priceOf } from "./price-table.ts";

/** What carrying a plan out will take, by stage. Estimates from sizes and kinds of files; nothing is read for them. */
export interface PlanEstimate {
  /** Documents to be read. */
  readonly documents: number;
  readonly pages: number;
  /** To be embedded, when nothing can be used again. */
  readonly tokens: number;
  readonly stages: Readonly<Record<"read" | "embed" | "publish", { readonly seconds: number; readonly money: number }>>;
  /** Elapsed, with all cores. */
  readonly seconds: number;
  readonly money: number;
  readonly currency: string;
  /** Whether the embedder's speed was measured on this knowledge base or assumed. */
  readonly measured: boolean;
}

/** Text in a file by its kind: tokens a byte, bytes a page (0: has none), milliseconds of sound a byte (0: has none). */
const KINDS: readonly (readonly [pattern: RegExp, tokensPerByte: number, bytesPerPage: number, msPerByte: number])[] = [
  [/\.(?:png|jpe?g|tiff?|webp|gif|bmp|heic)$/i, 0, Number.POSITIVE_INFINITY, 0],
  [/\.wav$/i, 0, 0, 1 / 32],
  [/\.(?:mp3|m4a|ogg|opus|flac|aac)$/i, 0, 0, 1 / 16],
  [/\.pdf$/i, 0.007, 70_000, 0],
  [/\.(?:docx|odt|doc|epub)$/i, 0.02, 25_000, 0],
  [/\.(?:pptx|odp|ppt)$/i, 0.002, 80_000, 0],
  [/\.(?:xlsx|ods|xls)$/i, 0.1, 0, 0],
  [/\.html?$/i, 0.08, 0, 0],
];
const PLAIN = [/$/, 0.23, 0, 0] as const;
const TOKENS_OF_PICTURE = 400;
/** Spoken words come to about 190 tokens a minute. */
const TOKENS_PER_MS = 190 / 60_000;
/** Of the local embedder on two cores. */
const TOKENS_PER_SECOND = 1_500;
const CHUNKS_PER_SECOND = 5_000;
const TOKENS_PER_CHUNK = 150;

/** Name of the setting that keeps the measured speed of an embedder, tokens a second. */
export function embedRateSetting(modelId: string): string {
  return `rate:embed:${modelId}`;
}

/** What a run measured, for the estimates of later ones. Short runs measure nothing. */
export async function keepEmbedRate(catalog: Catalog, modelId: string, tokens: number, ms: number): Promise<void> {
  if (tokens >= 5_000 && ms > 0)
    await catalog.setSetting(embedRateSetting(modelId), String(Math.round((tokens / ms) * 1000)));
}

export async function estimatePlan(
  plan: Plan,
  parts: Pick<PipelineParts, "catalog" | "embedder" | "extractors" | "settings">,
  options: CallOptions = {},
): Promise<PlanEstimate> {
  const { catalog, embedder, settings } = parts;
  const prices = settings?.prices;
  const measured = Number(await catalog.getSetting(embedRateSetting(embedder.modelId), options));
  const known = Number.isFinite(measured) && measured > 0;
  let documents = 0;
  let pages = 0;
  let tokens = 0;
  let readSeconds = 0;
  let readMoney = 0;
  for (const { item } of plan.items) {
    if (item.action !== "add" && item.action !== "change" && item.action !== "retry") continue;
    documents++;
    const bytes = item.object?.size ?? 0;
    const [, tokensPerByte, bytesPerPage, msPerByte] = KINDS.find(([pattern]) => pattern.test(item.key)) ?? PLAIN;
    const isPicture = bytesPerPage === Number.POSITIVE_INFINITY;
    const itsPages = isPicture ? 1 : bytesPerPage > 0 ? Math.max(1, Math.round(bytes / bytesPerPage)) : 0;
    const ms = bytes * msPerByte;
    pages += itsPages;
    tokens += Math.round(isPicture ? TOKENS_OF_PICTURE : bytes * tokensPerByte + ms * TOKENS_PER_MS);
    readSeconds += estimateSeconds(item.key, bytes) * (tokensPerByte === PLAIN[1] ? 0.02 : 1);
    // A configuration change reads nothing again unless the extraction itself changed; the estimate is the upper bound.
    const extractor = item.previous?.mediaType === undefined ? "*" : extractorName(parts, item.previous.mediaType);
    readMoney += itsPages * priceOf(prices?.perPage, extractor) + (ms / 60_000) * priceOf(prices?.perMinute, extractor);
  }
  const embedSeconds = tokens / (known ? measured : TOKENS_PER_SECOND);
  const publishSeconds = tokens / TOKENS_PER_CHUNK / CHUNKS_PER_SECOND + plan.counts.delete / 2_000;
  const embedMoney = (tokens * priceOf(prices?.perMillionTokens, embedder.modelId)) / 1_000_000;
  return {
    documents,
    pages,
    tokens,
    stages: {
      read: { seconds: readSeconds, money: readMoney },
      embed: { seconds: embedSeconds, money: embedMoney },
      publish: { seconds: publishSeconds, money: 0 },
    },
    // Stages overlap; on a laptop reading and embedding share the same cores.
    seconds: readSeconds / 2 + embedSeconds + publishSeconds,
    money: readMoney + embedMoney,
    currency: prices?.currency ?? "USD",
    measured: known,
  };
}

function extractorName({ extractors }: Pick<PipelineParts, "extractors">, mediaType: string): string {
  return extractors.find(({ mediaTypes }) => mediaTypes.includes(mediaType))?.identity.name ?? "*";
}

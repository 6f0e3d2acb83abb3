import type { Extractor } from "@groundwork/contracts";
import { OFFICE_MEDIA_TYPES } from "./media-types.ts";
import { type OfficeExtractorOptions, resolveOfficeOptions } from "./office-options.ts";

/** The module that exports the factory, from the sources and from the build. */
const INDEX = import.meta.url.endsWith(".ts") ? "./index.ts" : "./index.js";

/**
 * Reads office documents. What a file is, its bytes tell, not the media type it came with.
 *
 * @throws EMPTY_DOCUMENT, CORRUPT_DOCUMENT, PASSWORD_REQUIRED, ARCHIVE_BOMB, DOCUMENT_TOO_LARGE, EXTERNAL_ENTITY_REFUSED,
 * UNSUPPORTED_MEDIA_TYPE, ABORTED
 */
export function officeExtractor(options: OfficeExtractorOptions = {}): Extractor {
  const resolved = resolveOfficeOptions(options);
  return {
    identity: { name: "extract-office", revision: "3", options: resolved, artifacts: [] },
    mediaTypes: OFFICE_MEDIA_TYPES,
    isolation: "thread",
    reference: { module: new URL(INDEX, import.meta.url).href, name: "officeExtractor", options: resolved },
    async *extract(document, call) {
      const { readOffice } = await import("./read-office.ts");
      yield* readOffice(document, resolved, call);
    },
  };
}

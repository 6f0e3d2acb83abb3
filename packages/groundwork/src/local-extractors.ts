import type { Extractor } from "@groundwork/contracts";
import { archiveExtractor } from "@groundwork/extract-archive";
import { audioExtractor } from "@groundwork/extract-audio";
import { emailExtractor } from "@groundwork/extract-email";
import { imageExtractor } from "@groundwork/extract-image";
import { officeExtractor } from "@groundwork/extract-office";
import { pdfExtractor } from "@groundwork/extract-pdf";
import { textExtractor } from "@groundwork/extract-text";
import { webExtractor } from "@groundwork/extract-web";

/** The extractors of the embedded default: every supported format, on this machine, with what npm carries. */
export function localExtractors(): readonly Extractor[] {
  return [
    pdfExtractor(),
    officeExtractor(),
    webExtractor(),
    textExtractor(),
    emailExtractor(),
    imageExtractor(),
    audioExtractor(),
    archiveExtractor(),
  ];
}

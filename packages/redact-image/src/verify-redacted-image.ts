import { type CallOptions, throwIfAborted } from "@groundwork/contracts";
import { openPictures, pictureInfo } from "@groundwork/picture";
import { policyViolation, type Region } from "@groundwork/redaction";
import { areBlack } from "./bars.ts";

/** Decodes a redacted copy again. Throws `PII_POLICY_VIOLATION` when it lacks a page or a bar is not black. */
export async function verifyRedactedImage(
  bytes: Uint8Array,
  { pages, boxes, signal }: { readonly pages: number; readonly boxes: readonly Region[] } & CallOptions,
): Promise<void> {
  const pictures = openPictures(bytes, pictureInfo(bytes));
  if (pictures.count !== pages) throw policyViolation(`it has ${pictures.count} pages of ${pages}.`);
  for (let index = 0; index < pages; index++) {
    throwIfAborted(signal, { stage: "redact" });
    const here = boxes.filter(({ page }) => page === index + 1);
    if (here.length > 0 && !areBlack(await pictures.picture(index), here))
      throw policyViolation(`a bar on page ${index + 1} is not black.`);
  }
}

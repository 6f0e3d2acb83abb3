import type { Attributes, DocumentMetadata } from "@groundwork/contracts";
import { type PdfDocument, readText } from "@groundwork/pdfium";

/** Facts that are counted while the pages are read. */
export interface PageCounts {
  images: number;
  annotations: number;
}

/** Reads the document information and the catalog's language. */
export function readMetadata(document: PdfDocument): DocumentMetadata {
  const { pdfium, handle } = document;
  const read = pdfium.call("FPDF_GetMetaText");
  const info = (key: string): string => {
    const name = pdfium.constant(key);
    return readText(pdfium, (buffer, bytes) => read(handle, name, buffer, bytes), "utf16")
      .replace(/\s+/g, " ")
      .trim();
  };
  const title = info("Title");
  const author = info("Author");
  const createdAt = parsePdfDate(info("CreationDate"));
  const modifiedAt = parsePdfDate(info("ModDate"));
  const readLanguage = pdfium.call("FPDFCatalog_GetLanguage");
  const language = languageTag(readText(pdfium, (buffer, bytes) => readLanguage(handle, buffer, bytes), "utf16"));
  const attributes: Record<string, string | number | boolean> = {};
  for (const [name, key] of [
    ["pdfProducer", "Producer"],
    ["pdfCreator", "Creator"],
    ["pdfSubject", "Subject"],
    ["pdfKeywords", "Keywords"],
    ["pdfCreationDate", "CreationDate"],
  ] as const) {
    const value = info(key);
    if (value !== "") attributes[name] = value;
  }
  attributes.pdfEncrypted = document.encrypted;
  attributes.pdfForms = pdfium.call("FPDF_GetFormType")(handle) === 0 ? 0 : 1;
  return {
    pages: document.pages,
    ...(title === "" ? {} : { title }),
    ...(author === "" ? {} : { author }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
    ...(language === undefined ? {} : { language }),
    attributes,
  };
}

/** The metadata with the counts that only the pages tell. */
export function withCounts(
  metadata: DocumentMetadata,
  counts: PageCounts,
  title: string | undefined,
): DocumentMetadata {
  const attributes: Attributes = {
    ...metadata.attributes,
    pdfImages: counts.images,
    pdfAnnotations: counts.annotations,
  };
  return { ...metadata, ...(metadata.title === undefined && title !== undefined ? { title } : {}), attributes };
}

/**
 * Date of PDF 32000-1, 7.9.4: `D:YYYYMMDDHHmmSSOHH'mm'`, everything after the year optional. Milliseconds since the
 * epoch; a date without a zone is read as UTC. Nothing when it is not one.
 */
export function parsePdfDate(text: string): number | undefined {
  const match =
    /^(?:D:)?(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?\s*(?:([+\-Zz])\s*(?:(\d{2})'?(\d{2})?'?)?)?/.exec(
      text.trim(),
    );
  if (match === null) return undefined;
  const [
    ,
    year,
    month = "01",
    day = "01",
    hour = "00",
    minute = "00",
    second = "00",
    sign,
    zoneHours = "00",
    zoneMinutes = "00",
  ] = match;
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  if (Number.isNaN(utc) || Number(month) > 12 || Number(day) > 31 || Number(month) < 1) return undefined;
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000;
  return sign === "+" ? utc - offset : sign === "-" ? utc + offset : utc;
}

/** Catalogs carry "en_US", "EN" and nonsense: what is no BCP 47 tag is left out. */
function languageTag(text: string): string | undefined {
  try {
    return text.trim() === "" ? undefined : Intl.getCanonicalLocales(text.trim().replace(/_/g, "-"))[0];
  } catch {
    return undefined;
  }
}

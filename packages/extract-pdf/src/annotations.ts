import { type PdfDocument, readFrame, readText, toArea, withMemory } from "@groundwork/pdfium";
import type { Area } from "./page-content.ts";

export interface Field extends Area {
  readonly name: string;
  readonly value: string;
}

export interface Note extends Area {
  readonly text: string;
}

export interface PageAnnotations {
  readonly count: number;
  readonly fields: readonly Field[];
  readonly notes: readonly Note[];
}

const WIDGET = 20;
const LINK = 2;
const POPUP = 16;
const MAX_ANNOTATIONS = 5000;
const BUTTON_PUSH = 1 << 16;
const PASSWORD_FIELD = 1 << 13;

/** Reads form fields and, when asked, the texts of notes from a loaded page. */
export function readAnnotations(document: PdfDocument, page: number, withNotes: boolean): PageAnnotations {
  const { pdfium } = document;
  const count = pdfium.call("FPDFPage_GetAnnotCount")(page);
  const fields: Field[] = [];
  const notes: Note[] = [];
  if (count === 0) return { count, fields, notes };
  const { matrix } = readFrame(pdfium, page);
  const radio = new Set<string>();
  for (let index = 0; index < Math.min(count, MAX_ANNOTATIONS); index++) {
    const annotation = pdfium.call("FPDFPage_GetAnnot")(page, index);
    if (annotation === 0) continue;
    try {
      const subtype = pdfium.call("FPDFAnnot_GetSubtype")(annotation);
      if (subtype === WIDGET) {
        const field = readField(document, annotation);
        if (field !== undefined && !radio.has(`${field.name}=${field.value}`)) {
          radio.add(`${field.name}=${field.value}`);
          fields.push({ ...field, ...areaOf(document, annotation, matrix) });
        }
      } else if (withNotes && subtype !== LINK && subtype !== POPUP) {
        const text = stringOf(document, annotation, "Contents").trim();
        if (text !== "") notes.push({ text, ...areaOf(document, annotation, matrix) });
      }
    } finally {
      pdfium.call("FPDFPage_CloseAnnot")(annotation);
    }
  }
  return { count, fields, notes };
}

function areaOf({ pdfium }: PdfDocument, annotation: number, matrix: Parameters<typeof toArea>[0]): Area {
  return withMemory(pdfium, 16, (pointer) => {
    pdfium.call("FPDFAnnot_GetRect")(annotation, pointer);
    const { f32 } = pdfium.views();
    const at = pointer >> 2;
    return toArea(matrix, f32[at]!, f32[at + 1]!, f32[at + 2]!, f32[at + 3]!);
  });
}

function stringOf({ pdfium }: PdfDocument, annotation: number, key: string): string {
  const name = pdfium.constant(key);
  const read = pdfium.call("FPDFAnnot_GetStringValue");
  return readText(pdfium, (buffer, bytes) => read(annotation, name, buffer, bytes), "utf16");
}

/**
 * Name and value of a field, from its own dictionary or its parent's. Empty fields and push buttons say nothing; of a
 * check box or radio button the chosen state is the value; passwords are never read.
 */
function readField(document: PdfDocument, annotation: number): { name: string; value: string } | undefined {
  const { pdfium } = document;
  const parent = pdfium.call("FPDFAnnot_GetLinkedAnnot")(annotation, pdfium.constant("Parent"));
  try {
    const inherited = (key: string): string =>
      stringOf(document, annotation, key) || (parent === 0 ? "" : stringOf(document, parent, key));
    const flags = numberOf(document, annotation, "Ff") || (parent === 0 ? 0 : numberOf(document, parent, "Ff"));
    if ((flags & (BUTTON_PUSH | PASSWORD_FIELD)) !== 0 && inherited("V") === "") return undefined;
    if ((flags & PASSWORD_FIELD) !== 0 && inherited("FT") === "Tx") return undefined;
    const own = stringOf(document, annotation, "T");
    const above = parent === 0 ? "" : stringOf(document, parent, "T");
    const name = stringOf(document, annotation, "TU") || [above, own].filter((part) => part !== "").join(".");
    const state = stringOf(document, annotation, "AS");
    const value = (state !== "" ? (state === "Off" ? "" : inherited("V") || state) : inherited("V")).trim();
    return name === "" || value === "" ? undefined : { name, value: value.replace(/\r\n?/g, "\n") };
  } finally {
    if (parent !== 0) pdfium.call("FPDFPage_CloseAnnot")(parent);
  }
}

function numberOf({ pdfium }: PdfDocument, annotation: number, key: string): number {
  const name = pdfium.constant(key);
  return withMemory(pdfium, 4, (pointer) =>
    pdfium.call("FPDFAnnot_GetNumberValue")(annotation, name, pointer) === 0 ? 0 : pdfium.views().f32[pointer >> 2]!,
  );
}

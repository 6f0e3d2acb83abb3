import { type Native, type Pdfium, withMemory } from "@groundwork/pdfium";
import type { StructureTag } from "./page-content.ts";

export interface StructureTags {
  /** Tag of a page object, by its marked-content id. */
  ofObject(pointer: number): StructureTag | undefined;
}

/** Deeper nesting than this is not a structure but an attack. */
const MAX_DEPTH = 64;
const MAX_ELEMENTS = 20_000;
/** Room for the name of a type: UTF-16 with a zero at its end. */
const TYPE_BYTES = 128;

/** Types that only style or group what is inside: the tag of the parent is what counts. */
const TRANSPARENT = new Set([
  "Span",
  "Link",
  "Reference",
  "NonStruct",
  "Quote",
  "Em",
  "Strong",
  "Sub",
  "StyleSpan",
  "Private",
  "",
]);

/** Reads which structure element each marked-content sequence of a tagged page belongs to. */
export function readStructure(pdfium: Pdfium, page: number): StructureTags {
  const byId = new Map<number, StructureTag>();
  const tree = pdfium.call("FPDF_StructTree_GetForPage")(page);
  if (tree !== 0) {
    try {
      withMemory(pdfium, TYPE_BYTES, (scratch) => collect(pdfium, tree, byId, scratch));
    } finally {
      pdfium.call("FPDF_StructTree_Close")(tree);
    }
  }
  const markedContentId = pdfium.call("FPDFPageObj_GetMarkedContentID");
  return {
    ofObject(pointer) {
      const id = markedContentId(pointer);
      const tag = id < 0 ? undefined : byId.get(id);
      if (tag !== undefined) return tag;
      return isArtifact(pdfium, pointer) ? { type: "Artifact", element: -1 } : undefined;
    },
  };
}

/** The type of an element; longer ones than any standard type are cut to nothing. `scratch` is a block of {@link TYPE_BYTES}. */
function typeName(pdfium: Pdfium, element: number, typeOf: Native, scratch: number): string {
  const bytes = typeOf(element, scratch, TYPE_BYTES);
  if (bytes <= 2 || bytes > TYPE_BYTES) return "";
  const { u16 } = pdfium.views();
  const from = scratch >> 1;
  let name = "";
  for (let unit = from; unit < from + (bytes >> 1) - 1; unit++) name += String.fromCharCode(u16[unit]!);
  return name;
}

function collect(pdfium: Pdfium, tree: number, byId: Map<number, StructureTag>, scratch: number): void {
  const childCount = pdfium.call("FPDF_StructElement_CountChildren");
  const childAt = pdfium.call("FPDF_StructElement_GetChildAtIndex");
  const childId = pdfium.call("FPDF_StructElement_GetChildMarkedContentID");
  const typeOf = pdfium.call("FPDF_StructElement_GetType");
  let elements = 0;
  const visit = (element: number, parent: StructureTag | undefined, depth: number): void => {
    if (depth > MAX_DEPTH || ++elements > MAX_ELEMENTS) return;
    const type = typeName(pdfium, element, typeOf, scratch);
    const tag = parent !== undefined && TRANSPARENT.has(type) ? parent : { type, element: elements };
    const children = childCount(element);
    for (let index = 0; index < children; index++) {
      const id = childId(element, index);
      if (id >= 0) byId.set(id, tag);
      const child = childAt(element, index);
      if (child !== 0) visit(child, tag, depth + 1);
    }
  };
  const roots = pdfium.call("FPDF_StructTree_CountChildren")(tree);
  for (let index = 0; index < roots; index++) {
    const root = pdfium.call("FPDF_StructTree_GetChildAtIndex")(tree, index);
    if (root !== 0) visit(root, undefined, 0);
  }
}

function isArtifact(pdfium: Pdfium, pointer: number): boolean {
  const marks = Math.min(pdfium.call("FPDFPageObj_CountMarks")(pointer), 16);
  for (let index = 0; index < marks; index++) {
    const mark = pdfium.call("FPDFPageObj_GetMark")(pointer, index);
    if (mark === 0) continue;
    const name = withMemory(pdfium, 68, (scratch) => {
      const ok = pdfium.call("FPDFPageObjMark_GetName")(mark, scratch + 4, 64, scratch);
      const { i32, u16 } = pdfium.views();
      const units = ok === 0 ? 0 : Math.min(i32[scratch >> 2]! / 2 - 1, 31);
      return String.fromCharCode(...u16.subarray((scratch + 4) >> 1, ((scratch + 4) >> 1) + Math.max(0, units)));
    });
    if (name === "Artifact") return true;
  }
  return false;
}

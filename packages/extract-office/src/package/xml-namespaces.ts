/**
 * Canonical prefixes of the namespaces that the readers know, by URI. A file may bind any prefix to a namespace, and strict
 * OOXML uses other URIs for the same vocabularies: after the mapping a reader compares plain strings such as `w:p`.
 */
const PREFIX_BY_URI = new Map<string, string>();

const TRANSITIONAL = "http://schemas.openxmlformats.org/";
const STRICT = "http://purl.oclc.org/ooxml/";
for (const [path, prefix] of [
  ["wordprocessingml/2006/main", "w"],
  ["spreadsheetml/2006/main", "x"],
  ["presentationml/2006/main", "p"],
  ["drawingml/2006/main", "a"],
  ["drawingml/2006/picture", "pic"],
  ["drawingml/2006/chart", "c"],
  ["drawingml/2006/diagram", "dgm"],
  ["drawingml/2006/wordprocessingDrawing", "wp"],
  ["drawingml/2006/spreadsheetDrawing", "xdr"],
  ["officeDocument/2006/relationships", "r"],
  ["officeDocument/2006/math", "m"],
  ["officeDocument/2006/extended-properties", "ep"],
  ["officeDocument/2006/custom-properties", "cust"],
  ["officeDocument/2006/docPropsVTypes", "vt"],
] as const) {
  PREFIX_BY_URI.set(TRANSITIONAL + path, prefix);
  PREFIX_BY_URI.set(STRICT + path.replace("/2006/", "/"), prefix);
}
for (const [uri, prefix] of [
  [`${STRICT}officeDocument/extendedProperties`, "ep"],
  [`${STRICT}officeDocument/customProperties`, "cust"],
  [`${TRANSITIONAL}package/2006/relationships`, "rel"],
  [`${TRANSITIONAL}package/2006/content-types`, "ct"],
  [`${TRANSITIONAL}package/2006/metadata/core-properties`, "cp"],
  [`${TRANSITIONAL}markup-compatibility/2006`, "mc"],
  ["http://purl.org/dc/elements/1.1/", "dc"],
  ["http://purl.org/dc/terms/", "dcterms"],
  ["http://schemas.microsoft.com/office/word/2010/wordprocessingShape", "wps"],
  ["http://schemas.microsoft.com/office/word/2010/wordprocessingGroup", "wpg"],
  ["http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas", "wpc"],
  ["http://schemas.microsoft.com/office/word/2010/wordml", "w14"],
  ["http://schemas.microsoft.com/office/drawing/2010/main", "a14"],
  ["http://schemas.microsoft.com/office/drawing/2014/chartex", "cx"],
  ["http://schemas.microsoft.com/office/powerpoint/2018/8/main", "p188"],
  ["http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments", "tc"],
  ["http://schemas.microsoft.com/office/drawing/2008/diagram", "dsp"],
  ["urn:schemas-microsoft-com:vml", "v"],
  ["urn:schemas-microsoft-com:office:office", "o"],
  ["urn:schemas-microsoft-com:office:excel", "vx"],
  ["urn:oasis:names:tc:opendocument:xmlns:office:1.0", "office"],
  ["urn:oasis:names:tc:opendocument:xmlns:text:1.0", "text"],
  ["urn:oasis:names:tc:opendocument:xmlns:table:1.0", "table"],
  ["urn:oasis:names:tc:opendocument:xmlns:drawing:1.0", "draw"],
  ["urn:oasis:names:tc:opendocument:xmlns:presentation:1.0", "presentation"],
  ["urn:oasis:names:tc:opendocument:xmlns:style:1.0", "style"],
  ["urn:oasis:names:tc:opendocument:xmlns:meta:1.0", "meta"],
  ["urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0", "svg"],
  ["urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0", "fo"],
  ["urn:oasis:names:tc:opendocument:xmlns:manifest:1.0", "manifest"],
  ["http://www.w3.org/1999/xlink", "xlink"],
  ["http://www.w3.org/1998/Math/MathML", "math"],
] as const) {
  PREFIX_BY_URI.set(uri, prefix);
}

/** The canonical prefix of a namespace, or `undefined` when no reader knows it. */
export function canonicalPrefix(uri: string): string | undefined {
  return PREFIX_BY_URI.get(uri);
}

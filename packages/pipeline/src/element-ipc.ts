import { type DocumentElement, decodeElements, encodeElements, placeElements } from "@groundwork/contracts";
import { Table, tableFromIPC, tableToIPC } from "apache-arrow";

/** Elements as an Arrow IPC stream of `elements.v1`. The offsets in it are of this part alone. */
export function elementsToIpc(elements: readonly DocumentElement[], documentId = "", version = ""): Uint8Array {
  const placed = placeElements(
    elements.map((element) => ({ ...element, sectionPath: element.sectionPath ?? [] })),
  ).elements;
  return tableToIPC(new Table([encodeElements({ documentId, version }, placed)]), "stream");
}

/** Offsets, ordinals and derived section paths are of the part; the document gets its own when it is placed. */
export function elementsFromIpc(ipc: Uint8Array): DocumentElement[] {
  return decodeElements(tableFromIPC(ipc)).map(
    ({
      ordinal: _ordinal,
      charStart: _start,
      charEnd: _end,
      extractor: _extractor,
      sectionPath,
      ...element
    }): DocumentElement => (sectionPath.length > 0 ? { ...element, sectionPath } : element),
  );
}

/** The buffers that may change hands: those that hold this array alone. */
export function transferable(arrays: readonly (Uint8Array | undefined)[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const array of arrays) {
    if (array === undefined || !(array.buffer instanceof ArrayBuffer)) continue;
    if (array.byteOffset === 0 && array.byteLength === array.buffer.byteLength) buffers.add(array.buffer);
  }
  return [...buffers];
}

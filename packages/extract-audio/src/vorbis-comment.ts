/** Title in a Vorbis comment block (FLAC, Ogg); damage in it is no reason to refuse the recording. */
export function vorbisTitle(block: Uint8Array): string | undefined {
  try {
    const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
    let at = 4 + view.getUint32(0, true);
    const count = view.getUint32(at, true);
    at += 4;
    for (let index = 0; index < Math.min(count, 1_000); index++) {
      const length = view.getUint32(at, true);
      const comment = new TextDecoder().decode(block.subarray(at + 4, at + 4 + length));
      const title = /^title=(.+)$/is.exec(comment)?.[1]?.trim();
      if (title) return title.normalize("NFC");
      at += 4 + length;
    }
  } catch {
    // Cut off: no title.
  }
  return undefined;
}

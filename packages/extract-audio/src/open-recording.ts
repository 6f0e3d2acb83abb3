import { GroundworkError, type SourceDocument } from "@groundwork/contracts";
import { openFlac } from "./decode-flac.ts";
import { openM4a } from "./decode-m4a.ts";
import { openMp3 } from "./decode-mp3.ts";
import { openOgg } from "./decode-ogg.ts";
import { openAiff, openWave } from "./decode-wav.ts";
import type { ByteReader } from "./file-reader.ts";
import type { PcmSource } from "./pcm-source.ts";

const ascii = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

/** Chooses the decoder by the first bytes of the file. Throws `EMPTY_DOCUMENT`, `UNSUPPORTED_MEDIA_TYPE` or `CORRUPT_DOCUMENT`. */
export async function openRecording(
  document: SourceDocument,
  reader: ByteReader,
  m4a: boolean,
  signal: AbortSignal | undefined,
): Promise<PcmSource> {
  if (reader.size === 0) {
    throw new GroundworkError(
      "EMPTY_DOCUMENT",
      "Expected a recording, found a file of 0 bytes. Check how it was copied.",
    );
  }
  const head = await reader.read(0, 16);
  const name = ascii(head, 0, 4);
  if ((name === "RIFF" || name === "RF64") && ascii(head, 8, 12) === "WAVE") return openWave(reader);
  if (name === "FORM" && /^AIF[FC]$/.test(ascii(head, 8, 12))) return openAiff(reader);
  if (name === "fLaC") return openFlac(reader);
  if (name === "OggS") return openOgg(reader);
  const isContainer = ascii(head, 4, 8) === "ftyp";
  const isAdts = head[0] === 0xff && (head[1]! & 0xf6) === 0xf0;
  if (isContainer || isAdts) {
    if (!m4a) {
      throw new GroundworkError(
        "UNSUPPORTED_MEDIA_TYPE",
        "Expected WAV, AIFF, MP3, FLAC or Ogg, found M4A or AAC. Set the option m4a of the audio extractor, or convert it.",
      );
    }
    return openM4a(document, signal);
  }
  if (ascii(head, 0, 3) === "ID3") {
    const length = 10 + ((head[6]! << 21) | (head[7]! << 14) | (head[8]! << 7) | head[9]!);
    if (ascii(await reader.read(length, 4), 0, 4) === "fLaC") return openFlac(reader);
    return openMp3(reader);
  }
  const isMpegFrame = head[0] === 0xff && (head[1]! & 0xe0) === 0xe0 && (head[1]! & 0x06) !== 0;
  if (isMpegFrame || document.mediaType === "audio/mpeg" || document.mediaType === "audio/mp3") return openMp3(reader);
  throw new GroundworkError(
    "CORRUPT_DOCUMENT",
    "Expected WAV, AIFF, MP3, FLAC or Ogg, found none of their signatures. Check that the recording plays.",
  );
}

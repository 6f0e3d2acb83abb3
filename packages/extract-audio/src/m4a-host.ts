import { readFile } from "node:fs/promises";
import type { M4aReply } from "./decode-m4a.ts";

/** Body of the process that decodes an M4A: its decoders are native code and read whatever the file holds. */
const reply = (message: M4aReply): void => {
  process.send?.(message, undefined, undefined, () => process.exit());
};

process.on("disconnect", () => process.exit());
process.on("message", async (path: string) => {
  let decode: (bytes: Uint8Array) => Promise<Float32Array>;
  try {
    // Loaded late: platforms without a binary must still get a reply.
    decode = (await import("@napi-rs/whisper")).decodeAudioAsync;
  } catch {
    reply({ type: "unavailable" });
    return;
  }
  try {
    reply({ type: "samples", samples: await decode(await readFile(path)) });
  } catch {
    reply({ type: "failed" });
  }
});

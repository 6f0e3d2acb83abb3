import { fileArtifacts } from "../src/index.ts";

/** Puts artefacts until it is killed: each is filled with one number, and the same few keys are written again and again. */
const store = fileArtifacts({ root: process.argv[2]!, durable: false });
for (let round = 1; ; round++) {
  const bytes = new Uint8Array(2_000_000).fill(round % 256);
  await Promise.all([1, 2, 3, 4].map((key) => store.put(`a/${key}`, bytes)));
  if (round === 1) process.stdout.write("puts\n");
}

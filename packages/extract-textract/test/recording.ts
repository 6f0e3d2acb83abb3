import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Block } from "@aws-sdk/client-textract";

/** An answer of the service, kept as JSON. */
export interface Recording {
  readonly Blocks: readonly Block[];
  readonly DocumentMetadata?: { readonly Pages?: number };
  readonly JobStatus?: string;
}

export function readRecording(path: string): Recording {
  const bytes = readFileSync(path);
  return JSON.parse((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")) as Recording;
}

/** A recording among the fixtures. */
export const fixture = (name: string): Recording =>
  readRecording(fileURLToPath(new URL(`./fixtures/${name}.json.gz`, import.meta.url)));

/** More recordings, where they lie beside the checkout. */
export const COLLECTION: string = fileURLToPath(new URL("../../../../shared/data/aws/textract/", import.meta.url));

/** Paths of the recordings in the collection that the service's own model accepts. */
export function validRecordings(): string[] {
  const inventory = `${COLLECTION}INVENTORY.txt`;
  if (!existsSync(inventory)) return [];
  const valid = new Set(
    readFileSync(inventory, "utf8")
      .split("\n")
      .filter((line) => line.endsWith("| VALID"))
      .map((line) => line.split(" ")[0]!),
  );
  return ["response-parser", "textractor"].flatMap((folder) =>
    readdirSync(COLLECTION + folder)
      .filter((name) => valid.has(name.replace(/\.gz$/, "")))
      .map((name) => `${COLLECTION}${folder}/${name}`),
  );
}

/** Blocks by page. */
export function pagesOf({ Blocks = [] }: Recording): Map<number, Block[]> {
  return Map.groupBy(Blocks, ({ Page }) => Page ?? 1);
}

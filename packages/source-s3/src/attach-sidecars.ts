import { SIDECAR_SUFFIX } from "@groundwork/source-objects";
import type { ListedObject } from "./s3-objects.ts";

/** An object, and its sidecar as it is listed. */
export interface ObjectWithSidecar extends ListedObject {
  readonly sidecar?: ListedObject;
}

/** Objects that wait for their sidecars to be listed. More of them, and the first is looked up by itself. */
const MOST_WAITING = 1_000;

function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}

/**
 * Gives each object with its sidecar, which S3 lists behind it: `a.pdf.metadata.json` behind `a.pdf`, with `a.pdf-1` between them.
 * Sidecars are no objects of their own, also those of objects that are not there.
 */
export async function* attachSidecars(
  listing: AsyncIterable<ListedObject>,
  lookUp: (rawKey: string) => Promise<ListedObject | undefined>,
): AsyncGenerator<ObjectWithSidecar, void, undefined> {
  const waiting: { object: ListedObject; sidecar?: ListedObject }[] = [];
  const complete = ({ object, sidecar }: (typeof waiting)[number]): ObjectWithSidecar =>
    sidecar === undefined ? object : { ...object, sidecar };
  for await (const object of listing) {
    const { rawKey } = object;
    if (rawKey.endsWith(SIDECAR_SUFFIX)) {
      const owner = waiting.find((one) => one.object.rawKey + SIDECAR_SUFFIX === rawKey);
      if (owner !== undefined) owner.sidecar = object;
      continue;
    }
    while (waiting.length > 0 && isBefore(waiting[0]!.object.rawKey + SIDECAR_SUFFIX, rawKey))
      yield complete(waiting.shift()!);
    waiting.push({ object });
    if (waiting.length > MOST_WAITING) {
      const first = waiting.shift()!;
      const sidecar = first.sidecar ?? (await lookUp(first.object.rawKey + SIDECAR_SUFFIX));
      yield sidecar === undefined ? first.object : { ...first.object, sidecar };
    }
  }
  for (const one of waiting) yield complete(one);
}

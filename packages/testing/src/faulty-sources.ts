import type { ListingItem, Source } from "@groundwork/contracts";
import type { MemorySource } from "./memory-source.ts";

/** What a source does instead of what it should. */
export type SourceFault = (source: MemorySource) => Partial<Source>;

/** A source with a fault. */
export function faultySource(fault: SourceFault, source: MemorySource): Source {
  const faulty: Source = {
    sourceId: source.sourceId,
    list: (options) => source.list(options),
    open: (object, options) => source.open(object, options),
    watch: (options) => source.watch!(options),
  };
  return { ...faulty, ...fault(source) };
}

interface PlantedFault {
  readonly fault: SourceFault;
  readonly caughtBy: RegExp;
}

const isObject = (item: ListingItem): item is Extract<ListingItem, { object: unknown }> => "object" in item;

/** Listings changed by `change` on their way out. */
function withListing(source: MemorySource, change: (items: ListingItem[]) => ListingItem[]): Partial<Source> {
  return {
    async *list(options) {
      const items: ListingItem[] = [];
      for await (const item of source.list(options)) items.push(item);
      yield* change(items);
    },
  };
}

/** What sources are seen to do wrong, and the cases that catch each. */
export const SOURCE_FAULTS: Readonly<Record<string, PlantedFault>> = {
  "gives an empty listing when it is not there": {
    fault: (source) => ({
      async *list(options) {
        if (source.faults.missing === true) yield { end: { complete: true } };
        else yield* source.list(options);
      },
    }),
    caughtBy: /never an empty listing/,
  },
  "calls a broken listing complete": {
    fault: (source) =>
      withListing(source, (items) => items.map((item) => (isObject(item) ? item : { end: { complete: true } }))),
    caughtBy: /breaks off/,
  },
  "does not say why a listing broke": {
    fault: (source) =>
      withListing(source, (items) =>
        items.map((item) => (isObject(item) ? item : { end: { complete: item.end.complete } })),
      ),
    caughtBy: /breaks off/,
  },
  "has no end": {
    fault: (source) => withListing(source, (items) => items.filter(isObject)),
    caughtBy: /end comes last/,
  },
  "goes on after its end": {
    fault: (source) => withListing(source, (items) => [...items].reverse()),
    caughtBy: /end comes last/,
  },
  "lists a key twice": {
    fault: (source) => withListing(source, (items) => [...items.slice(0, 1), ...items]),
    caughtBy: /every key comes once/,
  },
  "leaves out an object": { fault: (source) => withListing(source, (items) => items.slice(1)), caughtBy: /every key/ },
  "sorts keys by a language": {
    fault: (source) =>
      withListing(source, (items) => [
        ...items.filter(isObject).sort((a, b) => a.object.key.localeCompare(b.object.key)),
        ...items.filter((item) => !isObject(item)),
      ]),
    caughtBy: /every key comes once/,
  },
  "gives keys as the disk has them": {
    fault: (source) =>
      withListing(source, (items) =>
        items.map((item) =>
          isObject(item) ? { object: { ...item.object, key: item.object.key.normalize("NFD") } } : item,
        ),
      ),
    caughtBy: /NFC/,
  },
  "leaves out what it may not read": {
    fault: (source) =>
      withListing(source, (items) => items.filter((item) => !isObject(item) || item.object.state !== "hidden")),
    caughtBy: /hidden/,
  },
  "ends at what it may not read": {
    fault: (source) =>
      withListing(source, (items) => {
        const hidden = items.findIndex((item) => isObject(item) && item.object.state === "hidden");
        return hidden < 0 ? items : [...items.slice(0, hidden), { end: { complete: true } }];
      }),
    caughtBy: /hidden/,
  },
  "gives other bytes than it listed": {
    fault: (source) => ({ open: ({ hint: _, ...object }, options) => source.open(object, options) }),
    caughtBy: /changed since the listing/,
  },
  "says nothing of a change to try again": {
    fault: (source) => ({
      async open(object, options) {
        const { hint: _, ...latest } = object;
        return source.open(object, options).catch(() => {
          source.delete(object.key);
          return source.open(latest, options);
        });
      },
    }),
    caughtBy: /changed since the listing/,
  },
  "has a hint that tells the length only": {
    fault: (source) =>
      withListing(source, (items) =>
        items.map((item) => (isObject(item) ? { object: { ...item.object, hint: `${item.object.size}` } } : item)),
      ),
    caughtBy: /hint stays/,
  },
  "has a hint that is never the same": {
    fault: (source) =>
      withListing(source, (items) =>
        items.map((item) => (isObject(item) ? { object: { ...item.object, hint: `${Math.random()}` } } : item)),
      ),
    caughtBy: /hint stays|same are the same/,
  },
  "streams half of a file": {
    fault: (source) => ({
      async open(object, options) {
        const content = await source.open(object, options);
        return {
          ...content,
          async *stream(streamOptions) {
            for await (const piece of content.stream(streamOptions)) {
              yield piece;
              return;
            }
          },
        };
      },
    }),
    caughtBy: /whole and in pieces/,
  },
  "opens a key that leads outside": {
    fault: (source) => ({
      open: async (object, options) =>
        object.key.includes("..") ? source.open({ ...object, key: "a/b.md" }, options) : source.open(object, options),
    }),
    caughtBy: /leads outside/,
  },
  "opens what is gone as empty": {
    fault: (source) => ({
      open: (object, options) =>
        source
          .open(object, options)
          .catch(() => ({ size: 0, bytes: async () => new Uint8Array(), async *stream() {} })),
    }),
    caughtBy: /gone/,
  },
  "lists on after an abort": { fault: (source) => ({ list: () => source.list() }), caughtBy: /abort/ },
  "tells no deletes": {
    fault: (source) => ({
      async *watch(options) {
        for await (const { key } of source.watch!(options)) yield { key, change: "changed" as const };
      },
    }),
    caughtBy: /watch/,
  },
};

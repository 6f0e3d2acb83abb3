/**
 * Maps with several at once, and gives the results in the order of what came. At most `window` are under way or wait to be given. When what
 * comes breaks off, the results of all that came are given before its error.
 */
export async function* mapInOrder<T, R>(
  items: AsyncIterable<T>,
  window: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const running: Promise<R>[] = [];
  let failure: { readonly error: unknown } | undefined;
  const source = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await source.next().catch((error: unknown) => {
        failure = { error };
        return { done: true as const, value: undefined };
      });
      if (next.done === true) break;
      const result = map(next.value);
      // Its failure is told when its turn comes, or not at all when an earlier one ends the listing.
      result.catch(() => {});
      running.push(result);
      if (running.length >= window) yield await running.shift()!;
    }
    while (running.length > 0) yield await running.shift()!;
    if (failure !== undefined) throw failure.error;
  } finally {
    await source.return?.(undefined);
    await Promise.allSettled(running);
  }
}

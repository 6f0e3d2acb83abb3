const SIZE = 624;
const MIDDLE = 397;

/** Matsumoto and Nishimura's MT19937, seeded by one number as their `init_by_array` does. Gives 32-bit numbers. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(SIZE);
  state[0] = 19_650_218;
  for (let index = 1; index < SIZE; index++)
    state[index] = Math.imul(1_812_433_253, state[index - 1]! ^ (state[index - 1]! >>> 30)) + index;
  const mixed = (index: number): number => state[index - 1]! ^ (state[index - 1]! >>> 30);
  let at = 1;
  const advance = (): void => {
    if (++at >= SIZE) {
      state[0] = state[SIZE - 1]!;
      at = 1;
    }
  };
  for (let count = 0; count < SIZE; count++) {
    state[at] = (state[at]! ^ Math.imul(mixed(at), 1_664_525)) + seed;
    advance();
  }
  for (let count = 0; count < SIZE - 1; count++) {
    state[at] = (state[at]! ^ Math.imul(mixed(at), 1_566_083_941)) - at;
    advance();
  }
  state[0] = 0x80000000;
  let next = SIZE;
  return () => {
    if (next === SIZE) {
      for (let index = 0; index < SIZE; index++) {
        const joined = (state[index]! & 0x80000000) | (state[(index + 1) % SIZE]! & 0x7fffffff);
        state[index] = state[(index + MIDDLE) % SIZE]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
      }
      next = 0;
    }
    let value = state[next++]!;
    value ^= value >>> 11;
    value ^= (value << 7) & 0x9d2c5680;
    value ^= (value << 15) & 0xefc60000;
    return (value ^ (value >>> 18)) >>> 0;
  };
}

/** The order in which Python's `random.Random(seed).shuffle` leaves a list: published figures are of a sample taken that way. */
export function pythonShuffle<T>(items: readonly T[], seed: number): T[] {
  const random = mersenneTwister(seed);
  const below = (limit: number): number => {
    const bits = 32 - Math.clz32(limit);
    for (;;) {
      const value = random() >>> (32 - bits);
      if (value < limit) return value;
    }
  };
  const shuffled = [...items];
  for (let index = shuffled.length - 1; index > 0; index--) {
    const other = below(index + 1);
    [shuffled[index], shuffled[other]] = [shuffled[other]!, shuffled[index]!];
  }
  return shuffled;
}

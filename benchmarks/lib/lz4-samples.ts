/** A MiB of each of what a broker may be asked to compress, the same bytes every time. */
export function lz4Samples(): ReadonlyMap<string, Uint8Array> {
  const random = randomNumbers(20_260_101);
  return new Map([
    ['events', events(random)],
    ['noise', noise(random, 256)],
    ['two letters', noise(random, 2)],
  ]);
}

const sampleBytes = 1 << 20;

/** JSON lines of about 400 bytes: names that come back, ids that do not, words out of a few hundred. */
function events(random: () => number): Uint8Array {
  const below = (bound: number): number => Math.floor(random() * bound);
  const letters = (count: number): string =>
    Array.from({ length: count }, () => String.fromCharCode(97 + below(26))).join('');
  const words = Array.from({ length: 600 }, () => letters(3 + below(7)));
  const someWords = (count: number): string[] =>
    Array.from({ length: count }, () => words[below(words.length)] as string);
  const kinds = ['page_view', 'click', 'purchase', 'logout'];
  const lines: string[] = [];
  for (let id = 0, bytes = 0; bytes < sampleBytes; id++) {
    const line = JSON.stringify({
      id: 1_000_000 + id,
      user: `user-${below(5000)}`,
      session: letters(24),
      at: new Date(1_700_000_000_000 + id * 137 + below(100)).toISOString(),
      type: kinds[below(kinds.length)],
      amount: below(1e6) / 100,
      path: `/${someWords(3).join('/')}`,
      tags: someWords(below(5)),
      text: someWords(10 + below(30)).join(' '),
      ok: random() < 0.9,
    });
    lines.push(line);
    bytes += line.length + 1;
  }
  return new TextEncoder().encode(lines.join('\n')).slice(0, sampleBytes);
}

function noise(random: () => number, symbols: number): Uint8Array {
  return Uint8Array.from({ length: sampleBytes }, () => Math.floor(random() * symbols));
}

/** Numbers in `[0, 1)`, by mulberry32. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

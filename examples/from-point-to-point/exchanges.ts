/** What an exchange has to say: one share changed hands. */
export interface Price {
  readonly share: string;
  readonly exchange: string;
  /** In cents. */
  readonly cents: number;
  readonly pieces: number;
}

/** Who has news. */
export const exchanges = ['frankfurt', 'london', 'new-york', 'tokyo'] as const;

/** Who wants it. */
export const readers = ['ann', 'ben', 'cid', 'risk', 'archive'] as const;

/** What is traded. */
export const shares = ['ACME', 'OAK', 'PINE', 'REED', 'WOLF'] as const;

/** The prices of one exchange. The same at each run: each share goes up and down on a curve of its own. */
export function pricesOf(exchange: string, count: number): Price[] {
  const shift = exchange.length;
  return Array.from({ length: count }, (_, at) => {
    const which = at % shares.length;
    const wave = Math.sin((at + shift * 3) / (2 + which * 3));
    return {
      share: shares[which] ?? 'ACME',
      exchange,
      cents: 10_000 + which * 2_500 + Math.round(wave * (300 + which * 150)),
      pieces: 1 + ((at * 7 + shift) % 90),
    };
  });
}

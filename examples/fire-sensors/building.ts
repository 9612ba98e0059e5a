/** A sensor on a ceiling, and what it measures. */
export interface Sensor {
  readonly name: string;
  readonly block: string;
  readonly kind: 'heat' | 'smoke';
  /** Whether it is too small for a Kafka client, and speaks HTTP alone. */
  readonly isTiny: boolean;
}

/** What a sensor says. */
export interface Reading {
  readonly sensor: string;
  readonly block: string;
  /** Of a heat sensor. */
  readonly celsius?: number;
  /** Of a smoke sensor: how much of the light is lost on a metre. */
  readonly percent?: number;
}

/** The blocks of the building. */
export const blocks = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

/** In each block. */
export const sensorsEach = 50;

/** How often each sensor speaks. */
export const roundCount = 5;

/** From here on it is hot. */
export const hotCelsius = 60;

/** All sensors of the building: in each block the first 40 measure heat, the others smoke; each fifth is tiny. */
export const sensors: readonly Sensor[] = blocks.flatMap((block) =>
  Array.from({ length: sensorsEach }, (_, at) => ({
    name: `${block}${String(at + 1).padStart(2, '0')}`,
    block,
    kind: at < 40 ? ('heat' as const) : ('smoke' as const),
    isTiny: at % 5 === 3,
  })),
);

/** Block and kind make the topic: both are known to whoever screws the sensor to the ceiling. */
export function topicOf({ block, kind }: Sensor): string {
  return `block-${block}.${kind}`;
}

/** Where it begins to burn, and in which round a sensor feels it. */
const fire: Readonly<Record<string, number>> = { c23: 2, c24: 2, c14: 3, c25: 3, c13: 4, c34: 4 };

/** What a sensor says in a round, counted from 0. The same at each run. */
export function readingOf({ name, block, kind }: Sensor, round: number): Reading {
  const small = (Number(name.slice(1)) * 7 + round * 3) % 5;
  if (kind === 'smoke')
    return { sensor: name, block, percent: block === 'c' ? small + round : small };
  const begins = fire[name] ?? Number.POSITIVE_INFINITY;
  return { sensor: name, block, celsius: round < begins ? 19 + small : 65 + 40 * (round - begins) };
}

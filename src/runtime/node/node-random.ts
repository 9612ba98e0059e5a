import { randomBytes, randomInt } from 'node:crypto';
import type { Random } from '../runtime.ts';

/** The system's generator, made for keys. */
export const nodeRandom: Random = {
  bytes: (count) => randomBytes(count),
  below: (bound) => (bound === 1 ? 0 : randomInt(bound)),
};

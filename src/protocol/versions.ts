import { assert } from '../util/assert.ts';

/** Versions of a message as Kafka writes them: `3`, `0-12`, or `9+` (from 9 on, without an end). */
export type Versions = `${number}` | `${number}-${number}` | `${number}+`;

/** The versions in `[min, max]`, both ends included; `max` is `Infinity` where there is no end. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

const pattern = /^(\d+)(?:-(\d+)|(\+))?$/;

/** Reads Kafka's notation. Asserts, since only schemas are written in it. */
export function parseVersions(text: Versions): VersionRange {
  const match = pattern.exec(text);
  assert(match !== null, `'${text}' is a range of versions`);
  const min = Number(match[1]);
  if (match[3] !== undefined) return { min, max: Infinity };
  return { min, max: match[2] === undefined ? min : Number(match[2]) };
}

/** Whether `version` lies within `range`; no range holds no version. */
export function includesVersion(range: VersionRange | undefined, version: number): boolean {
  return range !== undefined && version >= range.min && version <= range.max;
}

import type { Picture } from '../../../src/admin/contract/picture.ts';
import { changesBetween, type Change } from './changes.ts';
import type { ReadRate } from './flows.ts';
import { commitsOf, readRateOf, type Commits } from './rates.ts';

const changesMax = 60;

/** What only several pictures together tell. */
export interface Told {
  /** The newest first. */
  readonly changes: readonly Change[];
  readonly readRate: ReadRate;
}

/** Kept while other views are looked at. */
let last: { readonly picture: Picture; readonly commits: Commits; readonly told: Told } | null =
  null;

/** What changed up to `picture`, and how fast groups read: each picture counts once, however often it is drawn. */
export function toldBy(picture: Picture): Told {
  if (last?.picture === picture) return last.told;
  const commits = commitsOf(picture, last?.commits ?? null);
  const fresh = last === null ? [] : changesBetween(last.picture, picture, performance.now());
  const changes = [...fresh, ...(last?.told.changes ?? [])].slice(0, changesMax);
  last = { picture, commits, told: { changes, readRate: readRateOf(commits) } };
  return last.told;
}

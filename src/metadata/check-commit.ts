import { assert } from '../util/assert.ts';
import { changeBytes } from './plan-commits.ts';
import { storeLimits } from './store.ts';
import type { Change, Compare } from './store.ts';

/** Asserts that a commit keeps to `storeLimits`, and names no key twice. */
export function checkCommit(compares: readonly Compare[], changes: readonly Change[]): void {
  const { comparesMax, changesMax, bytesMax } = storeLimits;
  assert(compares.length <= comparesMax, `a commit has at most ${comparesMax} compares`);
  assert(changes.length > 0, 'a commit changes something');
  assert(changes.length <= changesMax, `a commit has at most ${changesMax} changes`);
  let bytes = 0;
  for (const change of changes) bytes += changeBytes(change);
  assert(bytes <= bytesMax, `a commit has at most ${bytesMax} bytes`);
  const keys = new Set(changes.map(({ key }) => key));
  assert(keys.size === changes.length, 'a commit changes no key twice');
}

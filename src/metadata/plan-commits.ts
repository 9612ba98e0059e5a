import { assert } from '../util/assert.ts';
import { storeLimits } from './store.ts';
import type { Change, Compare } from './store.ts';

/** A change, and the revision at which its key must still be (0: absent; undefined: whatever it is). */
export interface GuardedChange extends Change {
  readonly ifRevision?: number;
  /** Another key that must be as it was, such as the topic's of a config. */
  readonly owner?: Compare;
}

/** What goes into one commit. */
export interface PlannedCommit {
  readonly compares: readonly Compare[];
  readonly changes: readonly Change[];
}

/** What a change takes of a commit's bytes beside its key and value. */
const overheadBytes = 32;

/**
 * Cuts `changes` into commits that stay within `storeLimits`, in their order. `guards` are compared in each of
 * them. One change that is larger than a commit by itself asserts: values are bounded where they are made.
 */
export function planCommits(
  changes: readonly GuardedChange[],
  guards: readonly Compare[],
): PlannedCommit[] {
  const commits: PlannedCommit[] = [];
  let open: GuardedChange[] = [];
  let openBytes = 0;
  let openCompares = guards.length;
  for (const change of changes) {
    const bytes = changeBytes(change);
    assert(bytes <= storeLimits.bytesMax, `${change.key} fits a commit`);
    const compares = comparesOf(change);
    if (
      open.length === storeLimits.changesMax ||
      openBytes + bytes > storeLimits.bytesMax ||
      openCompares + compares > storeLimits.comparesMax
    ) {
      commits.push(planned(open, guards));
      [open, openBytes, openCompares] = [[], 0, guards.length];
    }
    open.push(change);
    openBytes += bytes;
    openCompares += compares;
  }
  if (open.length > 0) commits.push(planned(open, guards));
  return commits;
}

/** Bytes that `change` counts for in a commit. */
export function changeBytes(change: Change): number {
  // A key of n UTF-16 units has at most 3n bytes; keys are ASCII but for group ids.
  return overheadBytes + change.key.length * 3 + (change.value?.length ?? 0);
}

/** At most so many, for changes may have an owner in common. */
function comparesOf({ ifRevision, owner }: GuardedChange): number {
  return (ifRevision === undefined ? 0 : 1) + (owner === undefined ? 0 : 1);
}

function planned(changes: readonly GuardedChange[], guards: readonly Compare[]): PlannedCommit {
  const compares = new Map(guards.map((guard) => [guard.key, guard.revision]));
  for (const { key, ifRevision, owner } of changes) {
    if (owner !== undefined) compares.set(owner.key, owner.revision);
    if (ifRevision !== undefined) compares.set(key, ifRevision);
  }
  return {
    compares: [...compares].map(([key, revision]) => ({ key, revision })),
    changes: changes.map(({ key, value, leaseId }) =>
      leaseId === undefined ? { key, value } : { key, value, leaseId },
    ),
  };
}

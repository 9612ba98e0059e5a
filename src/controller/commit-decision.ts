import { planCommits } from '../metadata/plan-commits.ts';
import type { PlannedCommit } from '../metadata/plan-commits.ts';
import { imageKeys, metadataPrefix } from '../metadata/image-keys.ts';
import type { ClusterImage } from '../metadata/image.ts';
import type { Compare, MetadataStore } from '../metadata/store.ts';
import type { Decision, PlannedChanges } from './decision.ts';

/** What a decision is committed to, and what it was made over. */
export interface CommitDecisionModules {
  readonly store: MetadataStore;
  /** The one over which it was decided, as it was then. */
  readonly image: Pick<ClusterImage, 'revision' | 'controllerRevision'>;
}

/** What came of a decision: it stands at `revision`, or is to be made again over an image of `revision`. */
export interface DecisionOutcome {
  readonly outcome: 'committed' | 'conflict';
  readonly revision: number;
}

/**
 * Carries a decision out: in one commit where it fits, else in several, of which the visible ones come when
 * all that they need is there. Each of them compares the key that elects the controller, so that one who is no
 * longer elected changes nothing.
 *
 * A commit whose outcome is not known is answered as a conflict, of a revision read afterwards: the next
 * decision sees whether it has happened, and if it happens later yet, either's compares fail. Rejects as the
 * store does.
 */
export async function commitDecision<Result>(
  { changes }: Decision<Result>,
  { store, image }: CommitDecisionModules,
): Promise<DecisionOutcome> {
  const guards = [{ key: imageKeys.controller, revision: image.controllerRevision }];
  const { revision } = image;
  if (isEmpty(changes)) return { outcome: 'committed', revision };
  const together = [...changes.prepare, ...changes.publish, ...changes.tidy];
  const commits = planCommits(together, guards);
  if (commits.length === 1) return commitInTurn(store, commits, revision);
  return commitInStages(store, changes, guards, revision);
}

async function commitInStages(
  store: MetadataStore,
  { prepare, publish, tidy }: PlannedChanges,
  guards: readonly Compare[],
  revision: number,
): Promise<DecisionOutcome> {
  const prepared = await commitTogether(store, planCommits(prepare, guards), revision);
  if (prepared.outcome === 'conflict') return prepared;
  const published = await commitInTurn(store, planCommits(publish, guards), prepared.revision);
  if (published.outcome === 'conflict') return published;
  // What is left behind when this does not succeed is seen by nobody, and removed at the next start.
  const tidied = await commitTogether(store, planCommits(tidy, guards), published.revision);
  return tidied.outcome === 'committed' ? tidied : published;
}

async function commitInTurn(
  store: MetadataStore,
  commits: readonly PlannedCommit[],
  revision: number,
): Promise<DecisionOutcome> {
  let last: DecisionOutcome = { outcome: 'committed', revision };
  for (const commit of commits) {
    last = await commitOne(store, commit);
    if (last.outcome === 'conflict') return last;
  }
  return last;
}

/** All at once, in no order. */
async function commitTogether(
  store: MetadataStore,
  commits: readonly PlannedCommit[],
  revision: number,
): Promise<DecisionOutcome> {
  const outcomes = await Promise.all(commits.map((commit) => commitOne(store, commit)));
  return {
    outcome: outcomes.some(({ outcome }) => outcome === 'conflict') ? 'conflict' : 'committed',
    revision: Math.max(revision, ...outcomes.map((outcome) => outcome.revision)),
  };
}

async function commitOne(
  store: MetadataStore,
  { compares, changes }: PlannedCommit,
): Promise<DecisionOutcome> {
  const result = await store.commit(compares, changes);
  if (result.outcome !== 'unknown') return result;
  const { revision } = await store.read(metadataPrefix);
  return { outcome: 'conflict', revision };
}

function isEmpty({ prepare, publish, tidy }: PlannedChanges): boolean {
  return prepare.length + publish.length + tidy.length === 0;
}

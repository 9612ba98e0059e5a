import { errorCodes } from '../protocol/error-codes.ts';
import { apis } from './apis.ts';
import { brokerRefused, isRetriable } from './client-errors.ts';
import type { Cluster } from './cluster.ts';

/** Timestamps with a meaning of their own in a ListOffsets request. */
export const offsetSpecs = {
  latest: -1,
  earliest: -2,
  maxTimestamp: -3,
  earliestLocal: -4,
} as const;

/** Which messages of transactions a reader sees (KIP-98). */
export type IsolationLevel = 'read_uncommitted' | 'read_committed';

/** The number that stands for an isolation level in requests. */
export function isolationLevelCode(isolation: IsolationLevel): number {
  return isolation === 'read_committed' ? 1 : 0;
}

/** What is asked of one partition. */
export interface OffsetQuery {
  readonly topic: string;
  readonly partition: number;
  /** One of `offsetSpecs`, or a time in milliseconds: the first record at or after it. */
  readonly timestampMs: number;
}

/** What one partition answers. */
export interface FoundOffset {
  readonly topic: string;
  readonly partition: number;
  /** -1 where no record is at or after the time. */
  readonly offset: number;
  /** The record's; -1 for `latest` and `earliest`. */
  readonly timestampMs: number;
  readonly leaderEpoch: number;
}

/**
 * Asks the leaders of all partitions for offsets, again where they have changed, until all are known. The
 * answers stand in the order of the queries; one partition may be asked for several. Fails as
 * `Cluster.leaderOf` does, with `BROKER_REFUSED` or `TIMED_OUT`.
 */
export async function listOffsets(
  cluster: Cluster,
  queries: readonly OffsetQuery[],
  isolation: IsolationLevel = 'read_uncommitted',
): Promise<readonly FoundOffset[]> {
  const found: (FoundOffset | undefined)[] = queries.map(() => undefined);
  await cluster.retrying('ListOffsets', async () => {
    const open = queries.flatMap((query, index) =>
      found[index] === undefined ? [{ query, index }] : [],
    );
    const errors = await askLeaders(cluster, open, isolation, found);
    // What can be tried again comes last: it only counts when nothing fails for good.
    const error = errors.find((candidate) => !isRetriable(candidate)) ?? errors[0];
    if (error !== undefined) throw error;
  });
  return found.flatMap((offset) => (offset === undefined ? [] : [offset]));
}

/**
 * As `listOffsets`, but every leader is asked once, and what it does not answer is undefined: for lists that are not
 * to wait for a broker that is away. Fails where the leaders are not known.
 */
export async function tryListOffsets(
  cluster: Cluster,
  queries: readonly OffsetQuery[],
): Promise<readonly (FoundOffset | undefined)[]> {
  const found: (FoundOffset | undefined)[] = queries.map(() => undefined);
  const open = queries.map((query, index) => ({ query, index }));
  await askLeaders(cluster, open, 'read_uncommitted', found);
  return found;
}

/** Asks each leader for its queries, once, notes in `found` what they answer, and answers what has failed. */
async function askLeaders(
  cluster: Cluster,
  open: readonly OpenQuery[],
  isolation: IsolationLevel,
  found: (FoundOffset | undefined)[],
): Promise<readonly unknown[]> {
  const parts = await byLeaderAndRound(cluster, open);
  const failures = await Promise.all(
    parts.map((part) => askLeader(cluster, part, isolation, found)),
  );
  return failures.flat();
}

interface OpenQuery {
  readonly query: OffsetQuery;
  readonly index: number;
}

interface LeaderPart {
  readonly nodeId: number;
  readonly queries: readonly OpenQuery[];
}

/** The queries for each broker. A request names a partition once, so that a second question waits a round. */
async function byLeaderAndRound(
  cluster: Cluster,
  open: readonly OpenQuery[],
): Promise<readonly LeaderPart[]> {
  await cluster.prepare(new Set(open.map(({ query }) => query.topic)));
  const parts = new Map<string, { nodeId: number; queries: OpenQuery[] }>();
  const rounds = new Map<string, number>();
  for (const item of open) {
    const { topic, partition } = item.query;
    const { nodeId } = await cluster.leaderOf(topic, partition);
    const round = rounds.get(`${topic}-${partition}`) ?? 0;
    rounds.set(`${topic}-${partition}`, round + 1);
    const key = `${nodeId}/${round}`;
    const part = parts.get(key) ?? { nodeId, queries: [] };
    part.queries.push(item);
    parts.set(key, part);
  }
  return [...parts.values()];
}

/** Asks one leader, notes what it answers in `found`, and answers what has failed. */
async function askLeader(
  cluster: Cluster,
  { nodeId, queries }: LeaderPart,
  isolation: IsolationLevel,
  found: (FoundOffset | undefined)[],
): Promise<readonly unknown[]> {
  const topics = new Map<string, { partitionIndex: number; timestamp: number }[]>();
  for (const { query } of queries) {
    const partitions = topics.get(query.topic) ?? [];
    partitions.push({ partitionIndex: query.partition, timestamp: query.timestampMs });
    topics.set(query.topic, partitions);
  }
  try {
    const response = await cluster.requestTo(nodeId, apis.listOffsets, {
      replicaId: -1,
      isolationLevel: isolationLevelCode(isolation),
      topics: [...topics].map(([name, partitions]) => ({ name, partitions })),
      timeoutMs: cluster.options.requestTimeoutMs,
    });
    const answers = new Map(
      response.topics.map(({ name, partitions }) => [
        name,
        new Map(partitions.map((answer) => [answer.partitionIndex, answer])),
      ]),
    );
    const failures: unknown[] = [];
    for (const { query, index } of queries) {
      const answer = answers.get(query.topic)?.get(query.partition);
      const errorCode = answer?.errorCode ?? errorCodes.UNKNOWN_SERVER_ERROR;
      if (answer !== undefined && errorCode === errorCodes.NONE) {
        const { offset, timestamp: timestampMs, leaderEpoch } = answer;
        const { topic, partition } = query;
        found[index] = { topic, partition, offset, timestampMs, leaderEpoch };
      } else {
        cluster.forget(query.topic);
        failures.push(brokerRefused(`offsets of ${query.topic}-${query.partition}`, errorCode));
      }
    }
    return failures;
  } catch (error) {
    for (const { query } of queries) cluster.forget(query.topic);
    return [error];
  }
}

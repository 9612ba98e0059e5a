import { must } from '../../util/assert.ts';
import type { Client } from '../client.ts';
import { offsetSpecs } from '../list-offsets.ts';
import type { LogPosition } from '../start-positions.ts';
import { partitionsWithLeader } from './group-lag.ts';
import { comparePartitions, partitionKey, type TopicPartition } from './topic-partition.ts';

/** Where a group is to go on. */
export type ResetTarget =
  | LogPosition
  /** So many offsets behind what is committed, before it where it is negative. */
  | { readonly at: 'shifted'; readonly by: number };

/** What is to become of a group's offset in one partition. */
export interface OffsetReset extends TopicPartition {
  /** What is committed now; undefined where nothing is. */
  readonly before: number | undefined;
  /** What is to be committed; undefined where nothing can be. */
  readonly after: number | undefined;
  /** The next offset to be given; undefined where the topic is gone or nobody leads the partition. */
  readonly endOffset: number | undefined;
  /** What is not plain about it. */
  readonly note?: string;
  /** Why it could not be committed. */
  readonly error?: string;
}

/** What a log answers to all that is asked of it here. */
interface LogOffsets {
  readonly earliest: number;
  readonly latest: number;
  /** The first record at or after the time; -1 where there is none, and where no time is asked for. */
  readonly atTime: number;
}

/** What is to become of `partitions`, or of all for which something is committed, by topic and partition. */
export async function planResets(
  client: Client,
  groupId: string,
  partitions: readonly TopicPartition[] | undefined,
  target: ResetTarget,
): Promise<readonly OffsetReset[]> {
  const committed = await client.admin.listGroupOffsets(groupId);
  const committedOffsets = new Map(committed.map((item) => [partitionKey(item), item.offset]));
  const items = (partitions ?? committed).toSorted(comparePartitions);
  const logs = await logOffsets(client, await partitionsWithLeader(client, items), target);
  return items.map(({ topic, partition }): OffsetReset => {
    const key = partitionKey({ topic, partition });
    const before = committedOffsets.get(key);
    const log = logs.get(key);
    const after = log === undefined ? noLog : newOffset(target, before, log);
    return { topic, partition, before, endOffset: log?.latest, ...after };
  });
}

/** A reset that changes something. */
export type OffsetChange = OffsetReset & { readonly after: number };

/** Whether a reset changes something. */
export function isChange(reset: OffsetReset): reset is OffsetChange {
  return reset.after !== undefined && reset.after !== reset.before;
}

/** Commits what was planned, as far as it changes something; each that failed says why. */
export async function commitResets(
  client: Client,
  groupId: string,
  planned: readonly OffsetReset[],
): Promise<readonly OffsetReset[]> {
  const changes = planned.filter(isChange);
  const outcomes = await client.admin.alterGroupOffsets(
    groupId,
    changes.map(({ topic, partition, after }) => ({ topic, partition, offset: after })),
  );
  const errors = new Map<OffsetReset, string>();
  for (const [index, outcome] of outcomes.entries()) {
    const change = changes[index];
    if (change !== undefined && 'error' in outcome) errors.set(change, outcome.error.message);
  }
  return planned.map((reset) => {
    const error = errors.get(reset);
    return error === undefined ? reset : { ...reset, error };
  });
}

async function logOffsets(
  client: Client,
  partitions: readonly TopicPartition[],
  target: ResetTarget,
): Promise<ReadonlyMap<string, LogOffsets>> {
  const times: number[] = [offsetSpecs.earliest, offsetSpecs.latest];
  if (target.at === 'time') times.push(Math.max(0, target.timestampMs));
  const queries = partitions.flatMap(({ topic, partition }) =>
    times.map((timestampMs) => ({ topic, partition, timestampMs })),
  );
  const found = await client.admin.listOffsets(queries);
  return new Map(
    partitions.map((item, index) => {
      const at = index * times.length;
      const earliest = must(found[at]).offset;
      const latest = must(found[at + 1]).offset;
      const atTime = target.at === 'time' ? must(found[at + 2]).offset : -1;
      return [partitionKey(item), { earliest, latest, atTime }];
    }),
  );
}

type NewOffset = Pick<OffsetReset, 'after' | 'note'>;

const noLog: NewOffset = { after: undefined, note: 'the topic is gone, or has no leader here' };

function newOffset(target: ResetTarget, before: number | undefined, log: LogOffsets): NewOffset {
  switch (target.at) {
    case 'beginning':
      return { after: log.earliest };
    case 'end':
      return { after: log.latest };
    case 'offset':
      return within(log, target.offset);
    case 'beforeEnd':
      return within(log, log.latest - target.count);
    case 'time':
      if (log.atTime >= 0) return { after: log.atTime };
      return { after: log.latest, note: 'no record is as late as that: its end' };
    case 'shifted':
      if (before !== undefined) return within(log, before + target.by);
      return { after: undefined, note: 'nothing is committed that could be shifted' };
  }
}

/** The offset, or the end of the log that is nearest to it. */
function within({ earliest, latest }: LogOffsets, offset: number): NewOffset {
  if (offset < earliest)
    return { after: earliest, note: `not back to ${offset}: the log begins here` };
  if (offset > latest) return { after: latest, note: `not on to ${offset}: the log ends here` };
  return { after: offset };
}

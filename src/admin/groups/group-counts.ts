import type { Outcome } from '../../client/admin-items.ts';
import type { Client } from '../../client/client.ts';
import type { GroupListing } from '../../client/group/admin-groups.ts';
import type { GroupDescription } from '../../client/group/describe-groups.ts';
import { partitionsWithLeader } from '../../client/group/group-lag.ts';
import type { CommittedOffset } from '../../client/group/group-offsets.ts';
import { partitionKey, type TopicPartition } from '../../client/group/topic-partition.ts';
import { offsetSpecs } from '../../client/list-offsets.ts';
import type { GroupCounts } from '../figures.ts';

/** A group with what its coordinator said of it; undefined where it did not. */
interface Asked {
  readonly listing: GroupListing;
  readonly described: GroupDescription | undefined;
  readonly committed: readonly CommittedOffset[] | undefined;
}

/**
 * Members, topics and lag of groups, by id: with so few requests to each broker however many groups there are (one in
 * a thousand groups for each question). Every broker is asked once; what it does not say is null.
 */
export async function groupCounts(
  client: Client,
  listed: readonly GroupListing[],
): Promise<ReadonlyMap<string, GroupCounts>> {
  const groupIds = listed.map(({ groupId }) => groupId);
  const [described, committed] = await Promise.all([
    client.admin.describeGroups(groupIds, { timeoutMs: 0 }),
    client.admin.listOffsetsOfGroups(groupIds),
  ]);
  const asked = listed.map((listing, index) => ({
    listing,
    described: known(described[index]),
    committed: known(committed[index]),
  }));
  const ends = await endOffsets(client, asked.flatMap(partitionsOf));
  return new Map(asked.map((group) => [group.listing.groupId, countsOf(group, ends)]));
}

function known<T>(outcome: Outcome<T> | undefined): T | undefined {
  return outcome === undefined || 'error' in outcome ? undefined : outcome.value;
}

function partitionsOf({ described, committed }: Asked): readonly TopicPartition[] {
  const assigned = described?.members.flatMap(({ assignment }) => assignment) ?? [];
  return [...(committed ?? []), ...assigned];
}

/** Where the logs end whose leaders say so. */
async function endOffsets(
  client: Client,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<string, number>> {
  const distinct = new Map(partitions.map((item) => [partitionKey(item), item]));
  const led = await partitionsWithLeader(client, [...distinct.values()]);
  const found = await client.admin.tryListOffsets(
    led.map(({ topic, partition }) => ({ topic, partition, timestampMs: offsetSpecs.latest })),
  );
  return new Map(
    found.flatMap((end) => (end === undefined ? [] : [[partitionKey(end), end.offset] as const])),
  );
}

function countsOf(group: Asked, ends: ReadonlyMap<string, number>): GroupCounts {
  const { listing, described } = group;
  const subscribed = described?.members.flatMap(({ topics }) => topics) ?? [];
  const read = partitionsOf(group).map(({ topic }) => topic);
  return {
    type: (described?.type ?? listing.type) === 'consumer' ? 'consumer' : 'classic',
    state: described?.state ?? listing.state,
    coordinatorId: listing.coordinatorId,
    members: described?.members.length ?? 0,
    topics: [...new Set([...subscribed, ...read])].toSorted(),
    lag: lagOf(group, ends),
    lagSeconds: null,
    trend: 'unknown',
  };
}

/** Null where that of some partition is not known: where nothing is committed, too. */
function lagOf(group: Asked, ends: ReadonlyMap<string, number>): number | null {
  if (group.committed === undefined || group.described === undefined) return null;
  const offsets = new Map(group.committed.map((item) => [partitionKey(item), item.offset]));
  let total = 0;
  for (const key of new Set(partitionsOf(group).map(partitionKey))) {
    const end = ends.get(key);
    const offset = offsets.get(key);
    if (end === undefined || offset === undefined) return null;
    total += Math.max(0, end - offset);
  }
  return total;
}

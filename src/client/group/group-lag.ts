import type { Client } from '../client.ts';
import { offsetSpecs } from '../list-offsets.ts';
import type { GroupDescription, GroupMemberDescription } from './describe-groups.ts';
import { comparePartitions, partitionKey, type TopicPartition } from './topic-partition.ts';

/** A partition as a group stands to it. */
export interface GroupPartition extends TopicPartition {
  /** What the group goes on from; undefined where it has committed nothing. */
  readonly committedOffset: number | undefined;
  /** What was committed with the offset. */
  readonly metadata: string | undefined;
  /** The next offset to be given; undefined where the topic is gone or nobody leads the partition. */
  readonly endOffset: number | undefined;
  /** What lies between the two, where both are known. */
  readonly lag: number | undefined;
  /** The member that the partition is assigned to. */
  readonly owner: GroupMemberDescription | undefined;
}

/** All partitions that the group has committed something for or that a member owns, by topic and partition. */
export async function groupPartitions(
  client: Client,
  { groupId, members }: GroupDescription,
): Promise<readonly GroupPartition[]> {
  const committed = new Map(
    (await client.admin.listGroupOffsets(groupId)).map((item) => [partitionKey(item), item]),
  );
  const owners = new Map(
    members.flatMap((member) =>
      member.assignment.map((item) => [partitionKey(item), { item, member }] as const),
    ),
  );
  const all = new Map<string, TopicPartition>();
  for (const [key, { topic, partition }] of committed) all.set(key, { topic, partition });
  for (const [key, { item }] of owners) all.set(key, item);
  const ends = await endOffsets(client, [...all.values()]);
  const partitions = [...all].map(([key, { topic, partition }]): GroupPartition => {
    const committedOffset = committed.get(key)?.offset;
    const endOffset = ends.get(key);
    const isKnown = committedOffset !== undefined && endOffset !== undefined;
    return {
      topic,
      partition,
      committedOffset,
      metadata: committed.get(key)?.metadata,
      endOffset,
      lag: isKnown ? endOffset - committedOffset : undefined,
      owner: owners.get(key)?.member,
    };
  });
  return partitions.toSorted(comparePartitions);
}

/** Where the logs of those partitions end that there are and that somebody leads. */
async function endOffsets(
  client: Client,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<string, number>> {
  const led = await partitionsWithLeader(client, partitions);
  const found = await client.admin.listOffsets(
    led.map(({ topic, partition }) => ({ topic, partition, timestampMs: offsetSpecs.latest })),
  );
  return new Map(found.map((end) => [partitionKey(end), end.offset]));
}

/** Those of `partitions` that there are and that somebody leads, so that they can be asked. */
export async function partitionsWithLeader(
  client: Client,
  partitions: readonly TopicPartition[],
): Promise<readonly TopicPartition[]> {
  if (partitions.length === 0) return [];
  const names = [...new Set(partitions.map(({ topic }) => topic))];
  const { topics } = await client.cluster.metadata(names);
  const led = new Set(
    topics.flatMap(({ name: topic, partitions: all }) =>
      all
        .filter(({ leaderId }) => leaderId >= 0)
        .map(({ partition }) => partitionKey({ topic, partition })),
    ),
  );
  return partitions.filter((item) => led.has(partitionKey(item)));
}

import type { OngoingReassignment } from '../client/admin-reassignments.ts';
import type { ConfigEntry } from '../client/admin-configs.ts';
import { filterConfig } from '../config/filtered-topic-keys.ts';
import { valueOf } from '../client/admin-items.ts';
import type { Client } from '../client/client.ts';
import type { PartitionMetadata, TopicMetadata } from '../client/cluster-metadata.ts';
import { offsetSpecs } from '../client/list-offsets.ts';
import { brokerStorage } from './broker-storage.ts';
import { exitCodes } from './cli-context.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import { ongoingReassignments } from './cluster-state.ts';
import type { Command } from './command.ts';
import { filteredTopics, type FilteredTopic } from './filtered-topics.ts';
import { printJson } from './report.ts';
import { counted, formatBytes, formatTable } from './table.ts';
import { findTopics } from './topic-patterns.ts';

/** `odradek topic describe`. */
export const topicDescribeCommand: Command = {
  name: 'topic describe',
  summary: 'Show partitions, leaders, offsets and configuration of topics',
  description: [
    'START is the first offset that is left and END the next one to be given. RECORDS is what lies between: ' +
      'fewer where compaction has removed some or transactions have left marks; how many a filtered topic shows is not known before they are read. Below the table stands what is not ' +
      'as it should be: partitions without a leader, with replicas that are not in sync, or on their way to other brokers.',
  ],
  positionals: [{ name: 'topic', required: true, repeated: true, completes: 'topic' }],
  options: { ...jsonOption, ...connectionOptions },
  examples: [
    { text: 'One topic', command: 'odradek topic describe orders' },
    { text: 'Several, by a pattern', command: "odradek topic describe 'ipl*'" },
  ],
  run: (args, context) =>
    withClient(args, context, async (client) => {
      const topics = await findTopics(client, args.positionals);
      const described = await describeTopics(client, topics);
      if (args.flag('json')) printJson(context, described);
      else context.out.write(described.map(topicText).join('\n'));
      return exitCodes.ok;
    }),
};

interface DescribedPartition extends PartitionMetadata {
  /** Undefined while the partition has no leader. */
  readonly startOffset: number | undefined;
  readonly endOffset: number | undefined;
  /** On its leader; undefined where nobody says. */
  readonly sizeBytes: number | undefined;
  /** Replicas that are being copied, and those that go when they are; none while it does not move. */
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
}

interface DescribedTopic {
  readonly name: string;
  readonly topicId: string | undefined;
  readonly isInternal: boolean;
  /** Of a filtered topic; its other configs, offsets and sizes are its source's. */
  readonly filtered?: FilteredTopic;
  /** What was set for this topic. */
  readonly configs: Readonly<Record<string, string | null>>;
  readonly partitions: readonly DescribedPartition[];
}

async function describeTopics(
  client: Client,
  topics: readonly TopicMetadata[],
): Promise<readonly DescribedTopic[]> {
  const [configs, filtered, offsets, { sizes }, moving] = await Promise.all([
    client.admin.describeConfigs(topics.map(({ name }) => ({ type: 'topic', name }))),
    filteredTopics(
      client,
      topics.map(({ name }) => name),
    ),
    offsetsOf(client, topics),
    brokerStorage(client),
    ongoingReassignments(client),
  ]);
  return topics.map(({ name, topicId, isInternal, partitions }, index) => ({
    name,
    topicId,
    isInternal,
    ...filteredPart(filtered.get(name)),
    configs: ownConfigs(valueOf(configs[index] ?? { value: [] }), filtered.get(name)),
    partitions: partitions.map((partition) => ({
      ...partition,
      ...(offsets.get(`${name}-${partition.partition}`) ?? noOffsets),
      sizeBytes: sizes.get(`${name}-${partition.partition}@${partition.leaderId}`),
      ...moveOf(moving, name, partition.partition),
    })),
  }));
}

function filteredPart(filtered: FilteredTopic | undefined): { filtered?: FilteredTopic } {
  return filtered === undefined ? {} : { filtered };
}

/** Of what a filtered topic has, its filter: all else is its source's. */
function ownConfigs(
  entries: readonly ConfigEntry[],
  filtered: FilteredTopic | undefined,
): Readonly<Record<string, string | null>> {
  const own = entries.filter(
    ({ name, source }) =>
      source === 'DYNAMIC_TOPIC_CONFIG' && (filtered === undefined || name === filterConfig),
  );
  return Object.fromEntries(own.map(({ name, value }) => [name, value]));
}

function moveOf(moving: readonly OngoingReassignment[], topic: string, partition: number) {
  const move = moving.find((other) => other.topic === topic && other.partition === partition);
  const { addingReplicas = [], removingReplicas = [] } = move ?? {};
  return { addingReplicas, removingReplicas };
}

type Offsets = Pick<DescribedPartition, 'startOffset' | 'endOffset'>;

const noOffsets: Offsets = { startOffset: undefined, endOffset: undefined };

/** Where each partition with a leader starts and ends. */
async function offsetsOf(
  client: Client,
  topics: readonly TopicMetadata[],
): Promise<ReadonlyMap<string, Offsets>> {
  const partitions = topics.flatMap(({ name, partitions: all }) =>
    all
      .filter(({ leaderId }) => leaderId >= 0)
      .map(({ partition }) => ({ topic: name, partition })),
  );
  const queries = partitions.flatMap((partition) => [
    { ...partition, timestampMs: offsetSpecs.earliest },
    { ...partition, timestampMs: offsetSpecs.latest },
  ]);
  const found = await client.admin.listOffsets(queries);
  return new Map(
    partitions.map(({ topic, partition }, index) => [
      `${topic}-${partition}`,
      { startOffset: found[2 * index]?.offset, endOffset: found[2 * index + 1]?.offset },
    ]),
  );
}

function topicText({ name, topicId, filtered, configs, partitions }: DescribedTopic): string {
  const replicas = partitions[0]?.replicas.length ?? 0;
  const title = [
    name,
    counted(partitions.length, 'partition'),
    counted(replicas, 'replica'),
    ...(filtered === undefined ? [] : [`filtered from ${filtered.sourceTopic}`]),
    ...(topicId === undefined ? [] : [`id ${topicId}`]),
  ];
  const settings = Object.entries(configs).map(
    ([key, value]) => `  ${key}=${value ?? '(hidden)'}\n`,
  );
  const notes = partitions.map(noteOf).join('');
  return `${title.join(', ')}\n${settings.join('')}${partitionTable(partitions, filtered)}${notes}`;
}

/** What is not as it should be in a partition, or not yet. */
function noteOf(partition: DescribedPartition): string {
  const { replicas, isr, addingReplicas, removingReplicas } = partition;
  const notes: string[] = [];
  if (partition.leaderId < 0) notes.push('has no leader');
  const lacking = replicas.filter((id) => !isr.includes(id) && !addingReplicas.includes(id));
  if (lacking.length > 0) notes.push(`is not in sync on ${lacking.join(',')}`);
  if (addingReplicas.length > 0) notes.push(`is being copied to ${addingReplicas.join(',')}`);
  if (removingReplicas.length > 0) notes.push(`leaves ${removingReplicas.join(',')}`);
  return notes.length === 0 ? '' : `Partition ${partition.partition} ${notes.join(', ')}.\n`;
}

function partitionTable(
  partitions: readonly DescribedPartition[],
  filtered: FilteredTopic | undefined,
): string {
  return formatTable(
    [
      { title: 'PARTITION', align: 'right' },
      { title: 'LEADER', align: 'right' },
      { title: 'REPLICAS' },
      { title: 'IN SYNC' },
      { title: 'START', align: 'right' },
      { title: 'END', align: 'right' },
      { title: 'RECORDS', align: 'right' },
      { title: 'SIZE', align: 'right' },
    ],
    partitions.map((partition) => [
      String(partition.partition),
      partition.leaderId < 0 ? 'none' : String(partition.leaderId),
      partition.replicas.join(','),
      partition.isr.join(','),
      textOf(partition.startOffset),
      textOf(partition.endOffset),
      textOf(filtered === undefined ? recordsOf(partition) : undefined),
      partition.sizeBytes === undefined ? '-' : formatBytes(partition.sizeBytes),
    ]),
  );
}

function recordsOf({ startOffset, endOffset }: DescribedPartition): number | undefined {
  return startOffset === undefined || endOffset === undefined ? undefined : endOffset - startOffset;
}

function textOf(value: number | undefined): string {
  return value === undefined ? '-' : String(value);
}

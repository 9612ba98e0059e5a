import type { GroupOffset } from '../contract/picture.ts';
import type { GroupInPicture } from '../picture/group-figures.ts';
import { labelled, others, type Metric } from './metric.ts';
import type { NamedSubjects } from './named-subjects.ts';

type Figures = GroupInPicture['figures'];

interface NamedOffset {
  readonly consumergroup: string;
  readonly offset: GroupOffset;
}

/** Where the groups stand that this broker coordinates: what kafka_exporter tells of groups. */
export function groupMetrics(groups: readonly Figures[], names: NamedSubjects): Metric[] {
  const named = names.of(new Map(groups.map(({ groupId, offsets }) => [groupId, offsets.length])));
  const own = groups.filter(({ groupId }) => named.has(groupId));
  const rest = groups.filter(({ groupId }) => !named.has(groupId));
  const offsets = own.flatMap(({ groupId, offsets: all }) =>
    all.map((offset): NamedOffset => ({ consumergroup: groupId, offset })),
  );
  return [
    perOffset(
      'current_offset',
      'What a group has committed.',
      offsets,
      (one) => one.committedOffset,
    ),
    perOffset('lag', 'Messages between that and the high watermark.', offsets, (one) => one.lag),
    labelled(
      'gauge',
      'kafka_consumergroup_lag_sum',
      'Messages that a group has still to read of a topic.',
      ['consumergroup', 'topic'],
      [...own.flatMap(lagSums), ...othersSum(rest)],
    ),
    labelled(
      'gauge',
      'kafka_consumergroup_members',
      'Members of a group.',
      ['consumergroup'],
      [
        ...own.map(({ groupId, members }) => [{ consumergroup: groupId }, members.length] as const),
        ...(rest.length === 0
          ? []
          : [
              [
                { consumergroup: others },
                rest.reduce((sum, { members }) => sum + members.length, 0),
              ] as const,
            ]),
      ],
    ),
    labelled(
      'gauge',
      'odradek_consumergroup_lag_seconds',
      'How long ago the oldest message was written that a group has not read.',
      ['consumergroup'],
      own.map(({ groupId, lagSeconds }) => [{ consumergroup: groupId }, lagSeconds] as const),
    ),
  ];
}

function perOffset(
  name: string,
  help: string,
  offsets: readonly NamedOffset[],
  of: (offset: GroupOffset) => number | null,
): Metric {
  return labelled(
    'gauge',
    `kafka_consumergroup_${name}`,
    help,
    ['consumergroup', 'topic', 'partition'],
    offsets.map(({ consumergroup, offset }) => {
      const { topic, partition } = offset;
      return [{ consumergroup, topic, partition: String(partition) }, of(offset)] as const;
    }),
  );
}

type LagSum = readonly [{ readonly consumergroup: string; readonly topic: string }, number];

/** Over the partitions of which it is known. */
function lagSums({ groupId, offsets }: Figures): LagSum[] {
  const sums = new Map<string, number>();
  for (const { topic, lag } of offsets) {
    if (lag !== null) sums.set(topic, (sums.get(topic) ?? 0) + lag);
  }
  return Array.from(sums, ([topic, lag]) => [{ consumergroup: groupId, topic }, lag] as const);
}

function othersSum(groups: readonly Figures[]): LagSum[] {
  if (groups.length === 0) return [];
  const lag = groups.flatMap(lagSums).reduce((sum, [, value]) => sum + value, 0);
  return [[{ consumergroup: others, topic: others }, lag]];
}

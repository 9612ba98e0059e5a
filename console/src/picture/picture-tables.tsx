import type { ComponentChildren } from 'preact';
import type {
  GroupFigures,
  PartitionFigures,
  Picture,
  ProducerFigures,
} from '../../../src/admin/contract/picture.ts';
import { hrefOf } from '../app/routes.ts';
import { BrokerTable } from '../brokers/broker-table.tsx';
import { DataTable, type Column } from '../ui/data-table.tsx';
import { exact, perSecond } from '../ui/figures.ts';
import { ownedText, rangesText } from './texts.ts';

/** The picture in words and figures, for those who do not see it and those who would rather read. */
export function PictureTables({
  picture,
  topic,
}: {
  readonly picture: Picture;
  readonly topic: string | undefined;
}): ComponentChildren {
  const topics = picture.topics.filter(({ name }) => topic === undefined || name === topic);
  const partitions = topics.flatMap(({ name, partitions: list }) =>
    list.map((one) => ({ ...one, topic: name })),
  );
  const reads = ({ offsets }: GroupFigures): boolean =>
    topic === undefined || offsets.some((one) => one.topic === topic);
  const members = picture.groups.filter(reads).flatMap(memberRows);
  const producers = picture.producers.filter(
    (one) => topic === undefined || one.topics.some((written) => written.topic === topic),
  );
  return (
    <div class="stack">
      <h2>Brokers</h2>
      <BrokerTable brokers={picture.brokers} controllerId={picture.controllerId} />
      <h2>Producers{more(picture.producersMore)}</h2>
      <DataTable
        label="Producers"
        columns={producerColumns}
        rows={producers}
        keyOf={(row) => row.id}
      />
      <h2>Partitions{more(picture.topicsMore, 'topics')}</h2>
      <DataTable
        label="Partitions"
        columns={partitionColumns}
        rows={partitions}
        keyOf={(row) => `${row.topic}-${row.index}`}
      />
      <h2>Groups{more(picture.groupsMore)}</h2>
      <DataTable label="Groups" columns={memberColumns} rows={members} keyOf={(row) => row.key} />
    </div>
  );
}

function more(count: number, what = 'more'): string {
  if (count === 0) return '';
  return what === 'more' ? `, and ${count} more` : `, without those of ${count} more ${what}`;
}

const producerColumns: readonly Column<ProducerFigures>[] = [
  { name: 'client', title: 'Client', cell: (row) => row.clientId },
  { name: 'address', title: 'From', cell: (row) => row.address },
  { name: 'broker', title: 'Broker', number: true, cell: (row) => row.nodeId },
  {
    name: 'topics',
    title: 'Writes to',
    cell: (row) =>
      row.topics.map(({ topic, partitions }) => `${topic} ${rangesText(partitions)}`).join(', '),
  },
  {
    name: 'rate',
    title: 'Messages',
    number: true,
    cell: (row) => perSecond(row.topics.reduce((sum, one) => sum + one.messagesPerSecond, 0)),
  },
];

const partitionColumns: readonly Column<PartitionFigures & { readonly topic: string }>[] = [
  {
    name: 'partition',
    title: 'Partition',
    cell: ({ topic, index }) => (
      <a href={hrefOf({ view: 'topic', topic, tab: '' })}>
        {topic}-{index}
      </a>
    ),
  },
  {
    name: 'leader',
    title: 'Leader',
    number: true,
    cell: ({ leader }) => (leader === -1 ? 'none' : leader),
  },
  { name: 'replicas', title: 'Replicas', cell: ({ replicas }) => replicas.join(', ') },
  { name: 'isr', title: 'In sync', cell: ({ isr }) => isr.join(', ') },
  {
    name: 'start',
    title: 'Log start',
    number: true,
    cell: ({ logStartOffset }) => exact(logStartOffset),
  },
  {
    name: 'watermark',
    title: 'High watermark',
    number: true,
    cell: ({ highWatermark }) => exact(highWatermark),
  },
  {
    name: 'rate',
    title: 'Messages',
    number: true,
    cell: ({ messagesPerSecond }) => perSecond(messagesPerSecond),
  },
];

interface MemberRow {
  readonly key: string;
  readonly groupId: string;
  readonly state: string;
  readonly member: string;
  readonly owns: string;
  readonly lag: number | null;
}

function memberRows(group: GroupFigures): MemberRow[] {
  const { groupId, state, lag, members } = group;
  if (members.length === 0) {
    return [{ key: groupId, groupId, state, member: 'no members', owns: '–', lag }];
  }
  const lags = new Map(group.offsets.map((one) => [`${one.topic} ${one.partition}`, one.lag]));
  return members.map(({ memberId, clientId, partitions }) => ({
    key: `${groupId} ${memberId}`,
    groupId,
    state,
    member: clientId,
    owns: ownedText(partitions),
    lag: partitions.reduce<number | null>((sum, { topic, partition }) => {
      const own = lags.get(`${topic} ${partition}`) ?? null;
      return sum === null || own === null ? null : sum + own;
    }, 0),
  }));
}

const memberColumns: readonly Column<MemberRow>[] = [
  {
    name: 'group',
    title: 'Group',
    cell: ({ groupId }) => (
      <a href={hrefOf({ view: 'group', group: groupId, tab: '' })}>{groupId}</a>
    ),
  },
  { name: 'state', title: 'State', cell: ({ state }) => state },
  { name: 'member', title: 'Member', cell: ({ member }) => member },
  { name: 'owns', title: 'Partitions', cell: ({ owns }) => owns },
  { name: 'lag', title: 'Lag', number: true, cell: ({ lag }) => exact(lag) },
];

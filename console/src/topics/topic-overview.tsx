import type { ComponentChildren } from 'preact';
import type { PartitionFigures } from '../../../src/admin/contract/picture.ts';
import type { TopicDetail } from '../../../src/admin/contract/topics.ts';
import { hrefOf } from '../app/routes.ts';
import { HistoryPlots } from '../plots/history-plots.tsx';
import { Badge } from '../ui/badge.tsx';
import { DataTable, type Column } from '../ui/data-table.tsx';
import { bytes, bytesPerSecond, exact, perSecond } from '../ui/figures.ts';
import { WhyOf } from '../why/why-of.tsx';

/** What a topic is, where its partitions lie, and who reads it. */
export function TopicOverview({ topic }: { readonly topic: TopicDetail }): ComponentChildren {
  return (
    <>
      <WhyOf kind="topics" name={topic.name} />
      {topic.filtered !== null && <FilteredOf filtered={topic.filtered} />}
      <TopicFacts topic={topic} />
      <section class="section" aria-labelledby="partitions-title">
        <h2 id="partitions-title">Partitions</h2>
        <DataTable
          label="Partitions"
          columns={partitionColumns(topic)}
          rows={topic.partitionFigures}
          keyOf={({ index }) => String(index)}
        />
      </section>
      <GroupsOf topic={topic} />
      {topic.filteredTopics.length > 0 && <FilteredTopicsOf topic={topic} />}
      {topic.filtered === null && <HistoryPlots of={`topic:${topic.name}`} />}
    </>
  );
}

function FilteredOf({
  filtered,
}: {
  readonly filtered: NonNullable<TopicDetail['filtered']>;
}): ComponentChildren {
  return (
    <section class="section" aria-label="Filter">
      <p>
        The records of{' '}
        <a href={hrefOf({ view: 'topic', topic: filtered.sourceTopic, tab: '' })}>
          {filtered.sourceTopic}
        </a>{' '}
        where
      </p>
      <pre class="filter-shown">{filtered.filter}</pre>
      <p class="muted">
        It has the partitions, offsets and times of its source, where its size and what is written
        over time stand too; it takes no disk of its own.
      </p>
    </section>
  );
}

function TopicFacts({ topic }: { readonly topic: TopicDetail }): ComponentChildren {
  const bytesIn = topic.partitionFigures.reduce((sum, one) => sum + one.bytesPerSecond, 0);
  return (
    <dl class="facts">
      {topic.filtered === null && (
        <>
          <Fact name="Messages">{exact(topic.messages)}</Fact>
          <Fact name="Size on disk">{bytes(topic.sizeBytes)}</Fact>
          <Fact name="Written">
            {perSecond(topic.messagesPerSecond)}
            <span class="faint"> · {bytesPerSecond(bytesIn)}</span>
          </Fact>
        </>
      )}
      <Fact name="Partitions">{exact(topic.partitions)}</Fact>
      <Fact name="Replicas">{exact(topic.replicationFactor)}</Fact>
      <Fact name="Cleanup">{topic.cleanupPolicy}</Fact>
      <Fact name="Id">
        <code>{topic.id}</code>
      </Fact>
    </dl>
  );
}

function Fact({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}): ComponentChildren {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function partitionColumns(topic: TopicDetail): readonly Column<PartitionFigures>[] {
  const places = placeColumns(topic);
  // What a filtered topic has of each is as much as its source has.
  return topic.filtered === null ? [...places, ...countColumns] : places;
}

function placeColumns(topic: TopicDetail): readonly Column<PartitionFigures>[] {
  return [
    {
      name: 'index',
      title: 'Partition',
      cell: ({ index }) => (
        <a
          href={hrefOf(
            { view: 'topic', topic: topic.name, tab: 'messages' },
            { partition: String(index) },
          )}
          title={`Messages of partition ${index}`}
        >
          {index}
        </a>
      ),
    },
    {
      name: 'leader',
      title: 'Leader',
      cell: ({ leader }) =>
        leader === -1 ? (
          <Badge tone="bad" dot>
            none
          </Badge>
        ) : (
          <a href={hrefOf({ view: 'broker', broker: String(leader) })}>{leader}</a>
        ),
    },
    { name: 'replicas', title: 'Replicas', cell: (one) => <Replicas partition={one} /> },
    { name: 'start', title: 'Start', number: true, cell: (one) => exact(one.logStartOffset) },
    { name: 'end', title: 'High watermark', number: true, cell: (one) => exact(one.highWatermark) },
  ];
}

const countColumns: readonly Column<PartitionFigures>[] = [
  {
    name: 'messages',
    title: 'Messages',
    number: true,
    cell: ({ highWatermark, logStartOffset }) =>
      exact(
        highWatermark === null || logStartOffset === null ? null : highWatermark - logStartOffset,
      ),
  },
  { name: 'size', title: 'Size', number: true, cell: (one) => bytes(one.sizeBytes) },
  {
    name: 'rate',
    title: 'Written',
    number: true,
    cell: ({ messagesPerSecond: rate }) =>
      rate === 0 ? <span class="faint">–</span> : perSecond(rate),
  },
];

/** Brokers with a copy; who is not in sync, and how far behind, stands out. */
function Replicas({ partition }: { readonly partition: PartitionFigures }): ComponentChildren {
  const { replicas, isr, followerLag } = partition;
  return (
    <span class="name-cell">
      {replicas.map((id) => {
        const lag = followerLag[String(id)];
        if (isr.includes(id)) {
          return (
            <Badge key={id} title={`Broker ${id} is in sync`}>
              {id}
            </Badge>
          );
        }
        const behind = lag === undefined ? '' : `, ${exact(lag)} records behind`;
        return (
          <Badge key={id} tone="warn" title={`Broker ${id} is not in sync${behind}`}>
            {id} not in sync
          </Badge>
        );
      })}
    </span>
  );
}

const groupColumns: readonly Column<TopicDetail['groups'][number]>[] = [
  {
    name: 'group',
    title: 'Group',
    cell: ({ groupId }) => (
      <a href={hrefOf({ view: 'group', group: groupId, tab: '' })}>{groupId}</a>
    ),
  },
  { name: 'state', title: 'State', cell: ({ state }) => <Badge>{state}</Badge> },
  { name: 'lag', title: 'Lag', number: true, cell: ({ lag }) => exact(lag) },
];

function GroupsOf({ topic }: { readonly topic: TopicDetail }): ComponentChildren {
  return (
    <section class="section" aria-labelledby="groups-title">
      <h2 id="groups-title">Groups that read it</h2>
      {topic.groups.length === 0 ? (
        <p class="muted">No group has committed an offset for it or has it assigned.</p>
      ) : (
        <DataTable
          label="Groups"
          columns={groupColumns}
          rows={topic.groups}
          keyOf={({ groupId }) => groupId}
        />
      )}
    </section>
  );
}

function FilteredTopicsOf({ topic }: { readonly topic: TopicDetail }): ComponentChildren {
  return (
    <section class="section" aria-labelledby="filtered-title">
      <h2 id="filtered-title">Filtered topics of it</h2>
      <ul class="row">
        {topic.filteredTopics.map((name) => (
          <li key={name}>
            <a href={hrefOf({ view: 'topic', topic: name, tab: '' })}>{name}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

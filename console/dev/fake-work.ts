/** Topics, messages, groups and settings of the made-up cluster. */
import type { GroupPage, GroupRow, TopicPage, TopicRow } from '../../src/admin/contract/topics.ts';
import type { FakeRequest, FakeRoute } from './fake-admin.ts';
import { sum, type FakeCluster, type FakeGroup, type FakeTopic } from './fake-cluster.ts';

/** Routes that HTTP serves in the broker. */
export const workRoutes: readonly FakeRoute[] = [
  ['GET', /^\/api\/topics$/, topics],
  ['GET', /^\/api\/groups$/, groups],
];

function topicRow(topic: FakeTopic): TopicRow {
  const { partitions } = topic;
  return {
    name: topic.name,
    id: topic.id,
    internal: topic.internal,
    filtered: topic.filtered,
    partitions: partitions.length,
    replicationFactor: partitions[0]?.replicas.length ?? 0,
    messages: sum(partitions, (one) => one.highWatermark - one.logStartOffset),
    sizeBytes: sum(partitions, (one) => one.sizeBytes),
    messagesPerSecond: sum(partitions, (one) => one.messagesPerSecond),
    leaderless: partitions.filter(({ leader }) => leader === -1).length,
    underReplicated: partitions.filter(({ isr, replicas }) => isr.length < replicas.length).length,
    cleanupPolicy: topic.configs.get('cleanup.policy') ?? 'delete',
  };
}

function groupRow(cluster: FakeCluster, group: FakeGroup): GroupRow {
  const { groupId, type, state, coordinatorId, members, offsets, lag, lagSeconds, trend } =
    cluster.groupFigures(group);
  return {
    groupId,
    type,
    state,
    coordinatorId,
    members: members.length,
    topics: [...new Set(offsets.map(({ topic }) => topic))],
    lag,
    lagSeconds,
    trend,
  };
}

const topicKeys: Readonly<Record<string, (row: TopicRow) => string | number>> = {
  name: (row) => row.name,
  messages: (row) => row.messages ?? 0,
  size: (row) => row.sizeBytes ?? 0,
  rate: (row) => row.messagesPerSecond,
  partitions: (row) => row.partitions,
};

function topics({ cluster, url: { searchParams } }: FakeRequest): TopicPage {
  const wanted = searchParams.get('query') ?? '';
  const internal = searchParams.get('internal') === 'true';
  const matching = [...cluster.topics.values()]
    .filter((topic) => topic.name.includes(wanted) && (internal || !topic.internal))
    .map(topicRow);
  const page = pageOf(matching, searchParams, topicKeys, 'name');
  return { total: cluster.topics.size, ...page, topics: page.rows };
}

const groupKeys: Readonly<Record<string, (row: GroupRow) => string | number>> = {
  name: (row) => row.groupId,
  lag: (row) => row.lag ?? 0,
  members: (row) => row.members,
};

function groups({ cluster, url: { searchParams } }: FakeRequest): GroupPage {
  const wanted = searchParams.get('query') ?? '';
  const state = searchParams.get('state');
  const matching = [...cluster.groups.values()]
    .filter((group) => group.groupId.includes(wanted) && (state === null || group.state === state))
    .map((group) => groupRow(cluster, group));
  const page = pageOf(matching, searchParams, groupKeys, 'name');
  return { total: cluster.groups.size, ...page, groups: page.rows };
}

function pageOf<Row>(
  rows: readonly Row[],
  query: URLSearchParams,
  keys: Readonly<Record<string, (row: Row) => string | number>>,
  first: string,
): { matching: number; offset: number; rows: Row[] } {
  const key = keys[query.get('sort') ?? first] ?? keys[first];
  const sign = query.get('order') === 'desc' ? -1 : 1;
  const offset = Number(query.get('offset') ?? 0);
  const limit = Number(query.get('limit') ?? 100);
  const sorted = rows.toSorted((a, b) => {
    const [left, right] = [key?.(a) ?? 0, key?.(b) ?? 0];
    return sign * (left < right ? -1 : left > right ? 1 : 0);
  });
  return { matching: rows.length, offset, rows: sorted.slice(offset, offset + limit) };
}

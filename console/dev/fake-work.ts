/** Topics, groups and settings of the made-up cluster. */
import type {
  ConfigRow,
  GroupDetail,
  GroupPage,
  GroupRow,
  NewTopicBody,
  OffsetReset,
  ResetOffsetsBody,
  TopicDetail,
  TopicPage,
  TopicRow,
} from '../../src/admin/contract/topics.ts';
import { FakeProblem, type FakeRequest, type FakeRoute } from './fake-admin.ts';
import { sum, type FakeCluster, type FakeGroup, type FakeTopic } from './fake-cluster.ts';
import { messageRoutes, positionOf, topicOf } from './fake-records.ts';
import { brokerConfigs, topicConfigs } from './fake-settings.ts';

/** Routes that HTTP serves in the broker. */
export const workRoutes: readonly FakeRoute[] = [
  ...messageRoutes,
  ['GET', /^\/api\/topics$/, topics],
  ['POST', /^\/api\/topics$/, createTopic],
  ['GET', /^\/api\/topics\/([^/]+)$/, topicDetail],
  ['DELETE', /^\/api\/topics\/([^/]+)$/, deleteTopic],
  ['POST', /^\/api\/topics\/([^/]+)\/partitions$/, morePartitions],
  ['POST', /^\/api\/topics\/([^/]+)\/delete-records$/, deleteRecords],
  ['GET', /^\/api\/groups$/, groups],
  ['GET', /^\/api\/groups\/([^/]+)$/, groupDetail],
  ['DELETE', /^\/api\/groups\/([^/]+)$/, deleteGroup],
  ['POST', /^\/api\/groups\/([^/]+)\/reset-offsets$/, resetOffsets],
  ['GET', /^\/api\/config-keys\/topics$/, () => topicConfigs(new Map())],
  [
    'GET',
    /^\/api\/configs\/topics\/([^/]+)$/,
    ({ cluster, names }) => topicConfigs(topicOf(cluster, names[0]).configs),
  ],
  [
    'PATCH',
    /^\/api\/configs\/topics\/([^/]+)$/,
    ({ cluster, names, body }) => change(topicOf(cluster, names[0]).configs, body, topicConfigs),
  ],
  ['GET', /^\/api\/configs\/brokers\/([^/]+)$/, () => brokerConfigs(brokerSettings)],
  [
    'PATCH',
    /^\/api\/configs\/brokers\/([^/]+)$/,
    ({ body }) => change(brokerSettings, body, brokerConfigs),
  ],
];

const brokerSettings = new Map([['log.retention.ms', '86400000']]);

function change(
  configs: Map<string, string>,
  body: unknown,
  rowsOf: (configs: ReadonlyMap<string, string>) => ConfigRow[],
): ConfigRow[] {
  const { set, dryRun } = body as { set: Record<string, string | null>; dryRun?: boolean };
  const next = new Map(configs);
  for (const [key, value] of Object.entries(set)) {
    if (value === null) next.delete(key);
    else if (key.endsWith('.ms') && !/^-?\d+$/.test(value)) {
      throw new FakeProblem(
        400,
        'INVALID_CONFIG',
        `Invalid value ${value} for configuration ${key}: Not a number of type LONG`,
        { field: key },
      );
    } else next.set(key, value);
  }
  if (dryRun !== true) {
    configs.clear();
    for (const [key, value] of next) configs.set(key, value);
  }
  return rowsOf(next);
}

function topicDetail({ cluster, names }: FakeRequest): TopicDetail {
  const topic = topicOf(cluster, names[0]);
  const readers = [...cluster.groups.values()].filter((group) =>
    [...group.positions.values()].some((position) => position.topic === topic.name),
  );
  return {
    ...topicRow(topic),
    partitionFigures: topic.partitions,
    configs: topicConfigs(topic.configs),
    filteredTopics: dependents(cluster, topic.name),
    groups: readers.slice(0, 50).map((group) => {
      const { groupId, state, lag } = cluster.groupFigures(group);
      return { groupId, state, lag };
    }),
  };
}

function dependents(cluster: FakeCluster, name: string): string[] {
  return [...cluster.topics.values()]
    .filter(({ filtered }) => filtered?.sourceTopic === name)
    .map((topic) => topic.name);
}

function createTopic({ cluster, body }: FakeRequest): unknown {
  const { name, partitions = -1, configs = {}, dryRun } = body as NewTopicBody;
  if (!/^[\w.-]{1,249}$/.test(name)) {
    throw new FakeProblem(
      400,
      'INVALID_TOPIC_EXCEPTION',
      `Topic name "${name}" is illegal: letters, digits, dots, underscores and dashes may be used.`,
      { field: 'name' },
    );
  }
  if (cluster.topics.has(name)) {
    throw new FakeProblem(409, 'TOPIC_ALREADY_EXISTS', `Topic ${name} is there already.`, {
      field: 'name',
    });
  }
  const sourceTopic = configs['odradek.source.topic'];
  const source = sourceTopic === undefined ? null : topicOf(cluster, sourceTopic);
  if (dryRun === true) return { name };
  const filtered =
    source === null
      ? null
      : { sourceTopic: source.name, filter: configs['odradek.filter'] ?? 'true' };
  const count = source?.partitions.length ?? (partitions < 0 ? 1 : partitions);
  const topic = cluster.addTopic(name, count, 0, filtered);
  for (const [key, value] of Object.entries(configs)) topic.configs.set(key, value);
  return { name };
}

function deleteTopic({ cluster, names, body }: FakeRequest): undefined {
  const topic = topicOf(cluster, names[0]);
  const named = (body as { alsoDeletes?: string[] } | undefined)?.alsoDeletes ?? [];
  const filtered = dependents(cluster, topic.name);
  if (filtered.some((name) => !named.includes(name))) {
    throw new FakeProblem(
      409,
      'HAS_FILTERED_TOPICS',
      `${topic.name} is the source of ${filtered.join(', ')}, which would be deleted with it.`,
    );
  }
  for (const name of [topic.name, ...filtered]) cluster.topics.delete(name);
}

function morePartitions({ cluster, names, body }: FakeRequest): unknown {
  const topic = topicOf(cluster, names[0]);
  const { count, dryRun } = body as { count: number; dryRun?: boolean };
  if (count <= topic.partitions.length) {
    throw new FakeProblem(
      400,
      'INVALID_PARTITIONS',
      `${topic.name} has ${topic.partitions.length} partitions already.`,
      { field: 'count' },
    );
  }
  if (dryRun !== true) {
    const [first] = topic.partitions;
    for (let index = topic.partitions.length; index < count && first !== undefined; index += 1) {
      topic.partitions.push({
        ...structuredClone(first),
        index,
        logStartOffset: 0,
        logEndOffset: 0,
        highWatermark: 0,
        sizeBytes: 0,
      });
    }
  }
  return { count };
}

function deleteRecords({ cluster, names, body }: FakeRequest): undefined {
  const topic = topicOf(cluster, names[0]);
  const { before } = body as { before: { partition: number; offset: number }[] };
  for (const { partition, offset } of before) {
    const one = topic.partitions[partition];
    if (one !== undefined) one.logStartOffset = offset === -1 ? one.highWatermark : offset;
  }
}

function groupOf(cluster: FakeCluster, groupId = ''): FakeGroup {
  const group = cluster.groups.get(groupId);
  if (group !== undefined) return group;
  throw new FakeProblem(404, 'GROUP_ID_NOT_FOUND', `There is no group ${groupId}.`);
}

function groupDetail({ cluster, names }: FakeRequest): GroupDetail {
  const group = groupOf(cluster, names[0]);
  return {
    ...cluster.groupFigures(group),
    assignor: group.type === 'classic' ? 'range' : 'uniform',
    protocolType: 'consumer',
    whys: cluster.whys().filter(({ subject }) => subject.name === group.groupId),
  };
}

function deleteGroup({ cluster, names }: FakeRequest): undefined {
  const group = groupOf(cluster, names[0]);
  if (group.members.length > 0) {
    throw new FakeProblem(
      409,
      'NON_EMPTY_GROUP',
      `${group.groupId} has ${group.members.length} members.`,
      { remedy: 'Stop them first.' },
    );
  }
  cluster.groups.delete(group.groupId);
}

function resetOffsets({ cluster, names, body }: FakeRequest): OffsetReset[] {
  const group = groupOf(cluster, names[0]);
  const { topic, partitions, to, dryRun } = body as ResetOffsetsBody;
  if (dryRun !== true && group.members.length > 0) {
    throw new FakeProblem(
      409,
      'NON_EMPTY_GROUP',
      `${group.groupId} has ${group.members.length} members, so that its offsets cannot be reset.`,
      { remedy: 'Stop them first.' },
    );
  }
  const shift = /^shift:(-?\d+)$/.exec(to)?.[1];
  return topicOf(cluster, topic)
    .partitions.filter(({ index }) => partitions?.includes(index) ?? true)
    .map((one) => {
      const position = group.positions.get(`${topic}-${one.index}`);
      const old = position?.committed ?? null;
      const wanted =
        shift === undefined ? positionOf(one, to, cluster.nowMs) : (old ?? 0) + Number(shift);
      const newOffset = Math.min(Math.max(wanted, one.logStartOffset), one.highWatermark);
      if (dryRun !== true && position !== undefined) position.committed = newOffset;
      return {
        topic,
        partition: one.index,
        oldOffset: old,
        newOffset,
        highWatermark: one.highWatermark,
      };
    });
}

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

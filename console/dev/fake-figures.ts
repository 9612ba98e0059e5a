/** The living picture, brokers, why and history of the made-up cluster. */
import type { History, Picture } from '../../src/admin/contract/picture.ts';
import type { BrokerDetail } from '../../src/admin/contract/topics.ts';
import {
  answeredItself,
  FakeProblem,
  startEvents,
  type FakeRequest,
  type FakeRoute,
} from './fake-admin.ts';
import { sum, type FakeCluster, type FakeTopic } from './fake-cluster.ts';

const shownMax = 50;

/** Routes that FIGURES serves in the broker. */
export const figureRoutes: readonly FakeRoute[] = [
  ['GET', /^\/api\/live$/, live],
  ['GET', /^\/api\/brokers$/, ({ cluster }) => cluster.brokers()],
  ['GET', /^\/api\/brokers\/(\d+)$/, broker],
  ['GET', /^\/api\/why\/topics\/([^/]+)$/, whyOf('topic')],
  ['GET', /^\/api\/why\/groups\/([^/]+)$/, whyOf('group')],
  ['GET', /^\/api\/history$/, history],
];

function live({ cluster, url, response, everySecond }: FakeRequest): symbol {
  const wanted = {
    topics: (url.searchParams.get('topics') ?? '').split(','),
    groups: (url.searchParams.get('groups') ?? '').split(','),
  };
  const send = startEvents(response);
  const tell = (): void => send('picture', pictureOf(cluster, wanted));
  tell();
  everySecond(tell);
  return answeredItself;
}

/** The picture of the made-up cluster now. */
export function pictureOf(
  cluster: FakeCluster,
  wanted: { readonly topics: readonly string[]; readonly groups: readonly string[] },
): Picture {
  const rate = ({ partitions }: FakeTopic): number =>
    sum(partitions, (one) => one.messagesPerSecond);
  const topics = [...cluster.topics.values()].toSorted(
    (a, b) => Number(a.internal) - Number(b.internal) || rate(b) - rate(a),
  );
  const groups = [...cluster.groups.values()];
  const shownTopics = topics.filter(
    ({ name }, at) => at < shownMax || wanted.topics.includes(name),
  );
  const shownGroups = groups.filter(
    ({ groupId }, at) => at < shownMax || wanted.groups.includes(groupId),
  );
  const up = cluster.brokers().filter(({ state }) => state === 'up');
  return {
    atMs: cluster.nowMs,
    clusterId: 'pXz0dRadekClusterId0Aw',
    nodeId: 1,
    controllerId: up[0]?.nodeId ?? -1,
    brokers: cluster.brokers(),
    producers: cluster.producers.slice(0, shownMax),
    producersMore: Math.max(0, cluster.producers.length - shownMax),
    topics: shownTopics.map(({ name, id, internal, filtered, partitions }) => ({
      name,
      id,
      internal,
      filtered,
      partitions,
    })),
    topicsMore: topics.length - shownTopics.length,
    groups: shownGroups.map((group) => cluster.groupFigures(group)),
    groupsMore: groups.length - shownGroups.length,
    whys: cluster.whys(),
  };
}

function broker({ cluster, names: [id] }: FakeRequest): BrokerDetail {
  const found = cluster.brokers().find(({ nodeId }) => String(nodeId) === id);
  if (found === undefined) {
    throw new FakeProblem(404, 'BROKER_ID_NOT_REGISTERED', `There is no broker ${id}.`);
  }
  return {
    ...found,
    listeners: [{ name: 'PLAINTEXT', host: found.host, port: found.port }],
    epoch: 7,
    isController: found.nodeId === 1,
  };
}

function whyOf(kind: 'topic' | 'group') {
  return ({ cluster, names: [name] }: FakeRequest): unknown =>
    cluster.whys().filter(({ subject }) => subject.kind === kind && subject.name === name);
}

const seriesOf: Readonly<Record<string, History['series']>> = {
  cluster: series(['in', 'bytes/s'], ['out', 'bytes/s'], ['messages in', 'messages/s']),
  broker: series(
    ['in', 'bytes/s'],
    ['out', 'bytes/s'],
    ['requests', 'requests/s'],
    ['produce p99', 'ms'],
    ['fetch p99', 'ms'],
    ['disk', 'bytes'],
  ),
  topic: series(['messages in', 'messages/s'], ['in', 'bytes/s'], ['size', 'bytes']),
  group: series(['lag', 'messages'], ['lag', 'seconds']),
};

function series(...all: readonly [string, History['series'][number]['unit']][]): History['series'] {
  return all.map(([name, unit]) => ({ name, unit, values: [] }));
}

function history({ cluster, url }: FakeRequest): History {
  const [kind = '', name = ''] = (url.searchParams.get('of') ?? '').split(':');
  const toMs = Number(url.searchParams.get('toMs') ?? cluster.nowMs);
  const fromMs = Number(url.searchParams.get('fromMs') ?? toMs - 3_600_000);
  const stepMs = toMs - fromMs > 3_700_000 ? 60_000 : 5000;
  const timesMs: number[] = [];
  for (let at = Math.ceil(fromMs / stepMs) * stepMs; at <= toMs; at += stepMs) timesMs.push(at);
  const seed = sum(Array.from(name), (letter) => letter.charCodeAt(0)) + 7;
  return {
    timesMs,
    series: (seriesOf[kind] ?? []).map((one, index) => ({
      ...one,
      values: timesMs.map((at) => valueAt(at, seed + index * 31, one.unit, cluster)),
    })),
  };
}

/** Waves with some noise; nothing is known of a stretch in the middle. */
function valueAt(atMs: number, seed: number, unit: string, cluster: FakeCluster): number | null {
  const ago = cluster.nowMs - atMs;
  if (ago > 1_500_000 && ago < 1_620_000) return null;
  const scale =
    { 'bytes/s': 60_000, 'messages/s': 240, 'requests/s': 90, ms: 4, bytes: 6e8 }[unit] ?? 400;
  const noise = Math.abs(Math.sin(atMs * 0.012_9 + seed * 78.233) * 43_758.545_3) % 1;
  const wave = 1 + 0.5 * Math.sin(atMs / 240_000 + seed) + 0.25 * Math.sin(atMs / 61_000 + seed);
  return Math.max(0, Number((scale * (wave + 0.15 * noise)).toFixed(2)));
}

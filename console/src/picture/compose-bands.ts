import type {
  PartitionFigures,
  Picture,
  TopicFigures,
} from '../../../src/admin/contract/picture.ts';
import type { ReplicaRole, SceneBand, SceneOptions, ScenePartition } from './scene.ts';
import { sizes } from './sizes.ts';
import type { Whys } from './worst-whys.ts';

/** The topics that are drawn: a line for each partition while there is room, else one for each topic. Pure. */
export function bandsOf(
  picture: Picture,
  options: SceneOptions,
  whys: Whys,
): { readonly bands: SceneBand[]; readonly topicsMore: number } {
  const candidates =
    options.topic === undefined
      ? picture.topics.filter(({ internal }) => !internal)
      : picture.topics.filter(({ name }) => name === options.topic);
  const up = upBrokers(picture);
  const fullHeight = candidates.reduce((height, topic) => height + fullBandHeight(topic), 0);
  const folded = fullHeight > options.heightMax && candidates.length > 1;
  const capacity = folded
    ? Math.max(1, Math.floor(options.heightMax / (sizes.foldedBand + sizes.bandGap)))
    : candidates.length;
  const chosen = chooseTopics(candidates, capacity, options.before ?? [], whys);
  return {
    bands: chosen.map((topic) => bandOf(topic, folded, up, whys)),
    topicsMore: candidates.length - chosen.length,
  };
}

function fullBandHeight({ partitions }: TopicFigures): number {
  const rows = Math.min(partitions.length, sizes.rowsMax + 1);
  return sizes.bandHead + rows * sizes.rowLeast + sizes.bandGap;
}

/**
 * Those that stand still first, then those drawn before that are still among twice as many busiest ones, then the
 * busiest; in the order of their names, so that a topic keeps its place.
 */
function chooseTopics(
  topics: readonly TopicFigures[],
  capacity: number,
  before: readonly string[],
  whys: Whys,
): TopicFigures[] {
  const rank = (topic: TopicFigures, index: number): number => {
    if (whys.of('topic', topic.name)?.severity === 'stopped') return index - 2 * topics.length;
    const stays = before.includes(topic.name) && index < capacity * 2;
    return stays ? index - topics.length : index;
  };
  return topics
    .map((topic, index) => ({ topic, rank: rank(topic, index) }))
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, capacity)
    .map(({ topic }) => topic)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function bandOf(
  topic: TopicFigures,
  folded: boolean,
  up: ReadonlySet<number>,
  whys: Whys,
): SceneBand {
  const partitions = topic.partitions.map((one) => partitionOf(one, up));
  const shown = folded ? partitions : choosePartitions(partitions);
  return {
    topic: topic.name,
    sourceTopic: topic.filtered?.sourceTopic ?? null,
    folded,
    messagesPerSecond: partitions.reduce((total, one) => total + one.messagesPerSecond, 0),
    partitions: shown,
    partitionsMore: partitions.length - shown.length,
    why: whys.of('topic', topic.name),
  };
}

/** All, or those that are not well and the first of the others. */
function choosePartitions(partitions: readonly ScenePartition[]): ScenePartition[] {
  if (partitions.length <= sizes.rowsMax + 1) return [...partitions];
  const unwell = (one: ScenePartition): number =>
    one.leader === -1
      ? 2
      : one.replicas.some(({ role }) => role !== 'leader' && role !== 'in-sync')
        ? 1
        : 0;
  return partitions
    .toSorted((a, b) => unwell(b) - unwell(a) || a.index - b.index)
    .slice(0, sizes.rowsMax)
    .toSorted((a, b) => a.index - b.index);
}

function partitionOf(one: PartitionFigures, up: ReadonlySet<number>): ScenePartition {
  const messages =
    one.highWatermark === null || one.logStartOffset === null
      ? null
      : one.highWatermark - one.logStartOffset;
  return {
    index: one.index,
    leader: one.leader,
    leaderEpoch: one.leaderEpoch,
    messages,
    messagesPerSecond: one.messagesPerSecond,
    replicas: one.replicas.map((nodeId) => ({
      nodeId,
      role: roleOf(nodeId, one, up),
      lag: one.followerLag[String(nodeId)] ?? 0,
    })),
  };
}

function roleOf(nodeId: number, one: PartitionFigures, up: ReadonlySet<number>): ReplicaRole {
  if (nodeId === one.leader) return 'leader';
  if (!up.has(nodeId)) return 'offline';
  return one.isr.includes(nodeId) ? 'in-sync' : 'lagging';
}

function upBrokers(picture: Picture): ReadonlySet<number> {
  return new Set(
    picture.brokers
      .filter(({ state }) => state === 'up' || state === 'stopping')
      .map(({ nodeId }) => nodeId),
  );
}

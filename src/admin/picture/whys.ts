import type { TopicImage } from '../../metadata/image.ts';
import type { ClusterFacts, GroupFacts, TopicFacts } from '../why/facts.ts';
import { worstFirst } from '../why/order.ts';
import { whyBroker, whyCluster } from '../why/why-brokers.ts';
import { whyGroup } from '../why/why-group.ts';
import { whyTopic } from '../why/why-topic.ts';
import type { BrokerFigures, Why } from '../contract/picture.ts';
import { filterCounters } from './filter-counters.ts';
import type { GroupInPicture } from './group-figures.ts';
import type { Snapshot } from './snapshot.ts';
import { partitionFigures } from './topic-figures.ts';
import type { Trends } from './trends.ts';

/** What a topic's configuration says that sentences go by. */
export type TopicSettings = (
  topic: TopicImage,
) => Pick<TopicFacts, 'minInsyncReplicas' | 'uncleanLeaderElection'>;

/** What sentences are made of, beside a snapshot. */
export interface WhysContext {
  readonly brokers: readonly BrokerFigures[];
  readonly trends: Trends;
  readonly settings: TopicSettings;
}

function clusterFacts({ image, moment }: Snapshot, { brokers }: WhysContext): ClusterFacts {
  return { nowMs: moment.wallMs, controllerId: image.controllerId, brokers };
}

function topicFacts(topic: TopicImage, snapshot: Snapshot, { settings }: WhysContext): TopicFacts {
  const figures = partitionFigures(topic, snapshot.logs);
  return {
    name: topic.name,
    partitions: topic.partitions.map(({ elr, lastKnownElr, ...partition }, i) => ({
      ...partition,
      elr,
      lastKnownElr,
      followerLag: figures[i]?.followerLag ?? {},
    })),
    ...settings(topic),
    filter: topic.filtered === undefined ? null : filterCounts(topic.name, snapshot),
  };
}

function filterCounts(name: string, { answers }: Snapshot): NonNullable<TopicFacts['filter']> {
  const counters = filterCounters(name, answers);
  const { evaluated, failed, overBudget, unreadable } = counters;
  return { evaluated: evaluated + unreadable, failed: failed + overBudget + unreadable };
}

function groupFacts(group: GroupInPicture, { trends }: WhysContext): GroupFacts {
  const { figures, subscribed, awaited } = group;
  return {
    ...figures,
    subscribed,
    awaited,
    trend: trends.trendOf(figures.groupId),
    laggingSinceMs: trends.laggingSinceMs(figures.groupId),
    stateSinceMs: trends.stateSinceMs(figures.groupId),
  };
}

/** What stands still about a topic. */
function whysOfTopic(topic: TopicImage, snapshot: Snapshot, context: WhysContext): Why[] {
  return whyTopic(topicFacts(topic, snapshot, context), clusterFacts(snapshot, context));
}

/** What stands still about a group. */
export function whysOfGroup(
  group: GroupInPicture,
  snapshot: Snapshot,
  context: WhysContext,
): Why[] {
  const { topicsByName } = snapshot.image;
  const names = new Set([...group.subscribed, ...group.figures.offsets.map(({ topic }) => topic)]);
  const topics = new Map<string, TopicFacts>();
  for (const name of names) {
    const topic = topicsByName.get(name);
    if (topic !== undefined) topics.set(name, topicFacts(topic, snapshot, context));
  }
  return whyGroup(groupFacts(group, context), clusterFacts(snapshot, context), topics);
}

/** The same, and what stands still of the brokers and the cluster that it is on. */
export function whysAboutTopic(
  topic: TopicImage,
  snapshot: Snapshot,
  context: WhysContext,
): readonly Why[] {
  const facts = clusterFacts(snapshot, context);
  const holders = new Set(topic.partitions.flatMap(({ replicas }) => replicas));
  return worstFirst([
    ...whyCluster(facts),
    ...whysOfTopic(topic, snapshot, context),
    ...context.brokers
      .filter(({ nodeId }) => holders.has(nodeId))
      .flatMap((broker) => whyBroker(broker, facts)),
  ]);
}

/** Topics that something is said of in the picture: those that have the most trouble are found by the others' list. */
const topicsMax = 50;

/** What stands still anywhere in the cluster, the worst first. */
export function whysOfCluster(snapshot: Snapshot, context: WhysContext, whysMax: number): Why[] {
  const facts = clusterFacts(snapshot, context);
  const whys = [
    ...whyCluster(facts),
    ...context.brokers.flatMap((broker) => whyBroker(broker, facts)),
  ];
  let topics = 0;
  for (const topic of snapshot.image.topicsByName.values()) {
    if (topics >= topicsMax) break;
    // What stands still of a filtered topic does so of its source.
    const isInTrouble =
      topic.filtered === undefined
        ? topic.partitions.some(
            ({ leader, isr, replicas }) => leader < 0 || isr.length < replicas.length,
          )
        : filterCounts(topic.name, snapshot).failed > 0;
    if (!isInTrouble) continue;
    topics++;
    whys.push(...whysOfTopic(topic, snapshot, context));
  }
  for (const group of snapshot.groups.values()) whys.push(...whysOfGroup(group, snapshot, context));
  return worstFirst(distinct(whys)).slice(0, whysMax);
}

/** Each sentence once: several groups read a topic without a leader. */
function distinct(whys: readonly Why[]): Why[] {
  return [...new Map(whys.toReversed().map((why) => [why.sentence, why])).values()].toReversed();
}

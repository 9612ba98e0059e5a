import type { GroupListing } from '../../client/group/admin-groups.ts';
import type { BrokerFigures, GroupFigures, PartitionFigures, Why } from '../contract/picture.ts';
import type { FilterCounters } from '../contract/topics.ts';
import type { ClientSideFigures, Figures, GroupCounts, TopicCounts } from '../figures.ts';
import type { ClusterWatch } from './cluster-watch.ts';
import { filterCounters } from './filter-counters.ts';
import type { Snapshot } from './snapshot.ts';
import { partitionFigures } from './topic-figures.ts';
import { whysAboutTopic, whysOfGroup } from './whys.ts';

/** What it draws from. */
export interface ClusterFiguresModules {
  readonly watch: ClusterWatch;
  /** What any client can find out, of however many topics and groups there are. */
  readonly base: ClientSideFigures;
}

/** Of a page of the list so many topics are watched as long as somebody looks. */
const lookedAtMax = 100;

/**
 * What brokers count, for lists and pages: of what is looked at, all that the picture knows; of the rest, which may
 * be ten thousand topics, what any client can ask for.
 */
export class ClusterFigures implements Figures {
  readonly #watch: ClusterWatch;
  readonly #base: ClientSideFigures;

  constructor(modules: ClusterFiguresModules) {
    this.#watch = modules.watch;
    this.#base = modules.base;
  }

  async topics(): Promise<ReadonlyMap<string, TopicCounts>> {
    const [topics, snapshot] = await Promise.all([this.#base.topics(), this.#watch.look()]);
    return this.#withRates(topics, snapshot);
  }

  async topicsOf(names: readonly string[]): Promise<ReadonlyMap<string, TopicCounts>> {
    const [topics, snapshot] = await Promise.all([
      this.#base.topicsOf(names),
      this.#watch.look({ topics: names.slice(0, lookedAtMax) }),
    ]);
    return this.#withRates(topics, snapshot);
  }

  #withRates(
    topics: ReadonlyMap<string, TopicCounts>,
    { image, logs }: Snapshot,
  ): ReadonlyMap<string, TopicCounts> {
    const counts = new Map(topics);
    for (const [name, known] of topics) {
      const topic = logs.has(name) ? image.topicsByName.get(name) : undefined;
      if (topic === undefined) continue;
      const messagesPerSecond = partitionFigures(topic, logs).reduce(
        (sum, partition) => sum + partition.messagesPerSecond,
        0,
      );
      counts.set(name, { ...known, messagesPerSecond });
    }
    return counts;
  }

  async partitions(topic: string): Promise<readonly PartitionFigures[]> {
    const { image, logs } = await this.#watch.look({ topics: [topic] });
    const found = image.topicsByName.get(topic);
    return found === undefined ? [] : partitionFigures(found, logs);
  }

  async groups(): Promise<ReadonlyMap<string, GroupCounts>> {
    const [groups, snapshot] = await Promise.all([this.#base.groups(), this.#watch.look()]);
    return this.#withPicture(groups, snapshot);
  }

  async groupsOf(groups: readonly GroupListing[]): Promise<ReadonlyMap<string, GroupCounts>> {
    const [counts, snapshot] = await Promise.all([
      this.#base.groupsOf(groups),
      this.#watch.look({ groups: groups.map(({ groupId }) => groupId) }),
    ]);
    return this.#withPicture(counts, snapshot);
  }

  /** Where the picture knows more of a group, it stands. */
  #withPicture(
    counts: ReadonlyMap<string, GroupCounts>,
    { groups }: Snapshot,
  ): ReadonlyMap<string, GroupCounts> {
    const merged = new Map(counts);
    for (const [groupId, known] of counts) {
      const told = groups.get(groupId)?.figures;
      if (told === undefined) continue;
      merged.set(groupId, {
        ...known,
        lag: told.lag ?? known.lag,
        lagSeconds: told.lagSeconds,
        trend: this.#watch.trends.trendOf(groupId),
      });
    }
    return merged;
  }

  async group(groupId: string): Promise<GroupFigures> {
    const { groups } = await this.#watch.look({ groups: [groupId] });
    const told = groups.get(groupId)?.figures;
    // Its coordinator does not answer, or there is no such group: the client finds out which.
    if (told === undefined) return this.#base.group(groupId);
    return { ...told, trend: this.#watch.trends.trendOf(groupId) };
  }

  async filterCounters(topic: string): Promise<FilterCounters | null> {
    const { image, answers } = await this.#watch.look();
    const isFiltered = image.topicsByName.get(topic)?.filtered !== undefined;
    return isFiltered ? filterCounters(topic, answers) : null;
  }

  async brokers(): Promise<readonly BrokerFigures[]> {
    return this.#watch.brokersIn(await this.#watch.look());
  }

  async whys(kind: 'topic' | 'group', name: string): Promise<readonly Why[]> {
    const names = kind === 'topic' ? { topics: [name] } : { groups: [name] };
    const snapshot = await this.#watch.look(names);
    const context = this.#watch.contextOf(snapshot);
    if (kind === 'topic') {
      const topic = snapshot.image.topicsByName.get(name);
      return topic === undefined ? [] : whysAboutTopic(topic, snapshot, context);
    }
    const group = snapshot.groups.get(name);
    return group === undefined ? [] : whysOfGroup(group, snapshot, context);
  }
}

import type { RunningBroker } from '../broker/broker.ts';
import { valueOf } from '../client/admin-items.ts';
import type { Client } from '../client/client.ts';
import type { GroupListing } from '../client/group/admin-groups.ts';
import type { GroupDescription } from '../client/group/describe-groups.ts';
import { partitionKey } from '../client/group/topic-partition.ts';
import { offsetSpecs } from '../client/list-offsets.ts';
import type { TopicImage } from '../metadata/image.ts';
import type { Clock } from '../runtime/runtime.ts';
import { must } from '../util/assert.ts';
import { sumOfKnown } from '../util/sum-of-known.ts';
import type { GroupFigures, GroupOffset } from './contract/picture.ts';
import type { ClientSideFigures, GroupCounts, TopicCounts } from './figures.ts';
import { groupCounts } from './groups/group-counts.ts';
import { describedMember } from './why/group-members.ts';

/** How old an answer may be that everybody shares, and how many times as old as what it took to find out. */
const freshMs = 2000;
const freshTimesTaken = 10;

interface LogCounts {
  readonly startOffset: number;
  readonly endOffset: number;
}

/** Figures as any client can ask for them: of the brokers, with what Kafka's protocol has. No rates, no times. */
export class ClientFigures implements ClientSideFigures {
  readonly #client: Client;
  readonly #broker: RunningBroker;
  readonly #topics: Shared<ReadonlyMap<string, TopicCounts>>;
  readonly #groups: Shared<ReadonlyMap<string, GroupCounts>>;

  constructor(modules: { client: Client; broker: RunningBroker; clock: Clock }) {
    this.#client = modules.client;
    this.#broker = modules.broker;
    const { image } = modules.broker.metadata;
    this.#topics = new Shared(
      () => this.#countTopics([...image.topicsByName.values()]),
      modules.clock,
    );
    this.#groups = new Shared(() => this.#countGroups(), modules.clock);
  }

  topics(): Promise<ReadonlyMap<string, TopicCounts>> {
    return this.#topics.get();
  }

  topicsOf(names: readonly string[]): Promise<ReadonlyMap<string, TopicCounts>> {
    const { topicsByName } = this.#broker.metadata.image;
    return this.#countTopics(names.flatMap((name) => topicsByName.get(name) ?? []));
  }

  async #countTopics(topics: readonly TopicImage[]): Promise<ReadonlyMap<string, TopicCounts>> {
    const [logs, sizes] = await Promise.all([this.#logs(topics), this.#sizes(topics)]);
    return new Map(
      topics.map(({ name, partitions }) => {
        const keys = partitions.map(({ index }) => partitionKey({ topic: name, partition: index }));
        const counts = keys.map((key) => logs.get(key));
        const messages = sumOfKnown(
          counts.map((log) => (log === undefined ? null : log.endOffset - log.startOffset)),
        );
        const sizeBytes = sumOfKnown(keys.map((key) => sizes.get(key) ?? null));
        return [name, { messages, sizeBytes, messagesPerSecond: 0 }];
      }),
    );
  }

  /** Where the logs of all partitions begin and end whose leaders answer. */
  async #logs(topics: readonly TopicImage[]): Promise<ReadonlyMap<string, LogCounts>> {
    const byLeader = Map.groupBy(
      topics.flatMap(({ name: topic, partitions }) =>
        partitions.map(({ index: partition, leader }) => ({ topic, partition, leader })),
      ),
      ({ leader }) => leader,
    );
    byLeader.delete(-1);
    const logs = new Map<string, LogCounts>();
    const ask = async (partitions: readonly { topic: string; partition: number }[]) => {
      const queries = partitions.flatMap(({ topic, partition }) =>
        [offsetSpecs.earliest, offsetSpecs.latest].map((timestampMs) => ({
          topic,
          partition,
          timestampMs,
        })),
      );
      const found = await this.#client.admin.listOffsets(queries);
      for (const [index, item] of partitions.entries()) {
        const startOffset = must(found[2 * index]).offset;
        const endOffset = must(found[2 * index + 1]).offset;
        logs.set(partitionKey(item), { startOffset, endOffset });
      }
    };
    // Of a broker that does not answer nothing is known; of the others it is.
    await Promise.allSettled([...byLeader.values()].map(ask));
    return logs;
  }

  /** What all replicas take, by partition. Filtered topics take nothing, and nobody has sizes of them. */
  async #sizes(topics: readonly TopicImage[]): Promise<ReadonlyMap<string, number>> {
    const nodeIds = [...this.#broker.metadata.image.brokers.values()]
      .filter(({ fenced }) => !fenced)
      .map(({ nodeId }) => nodeId);
    const sizes = new Map<string, number>();
    const asked = topics.map(({ name, partitions }) => ({
      topic: name,
      partitions: partitions.map(({ index }) => index),
    }));
    const answers = await Promise.allSettled(
      nodeIds.map((nodeId) => this.#client.admin.describeLogDirs([nodeId], asked)),
    );
    for (const answer of answers) {
      if (answer.status === 'rejected') continue;
      for (const { replicas } of answer.value) {
        for (const replica of replicas) {
          const key = partitionKey(replica);
          sizes.set(key, (sizes.get(key) ?? 0) + replica.sizeBytes);
        }
      }
    }
    return sizes;
  }

  groups(): Promise<ReadonlyMap<string, GroupCounts>> {
    return this.#groups.get();
  }

  async #countGroups(): Promise<ReadonlyMap<string, GroupCounts>> {
    return this.groupsOf(await this.#client.admin.listGroups());
  }

  groupsOf(groups: readonly GroupListing[]): Promise<ReadonlyMap<string, GroupCounts>> {
    return groupCounts(this.#client, groups);
  }

  async group(groupId: string): Promise<GroupFigures> {
    const [outcome] = await this.#client.admin.describeGroups([groupId]);
    const described = valueOf(must(outcome));
    const offsets = await this.#groupOffsets(described);
    return {
      groupId,
      type: described.type,
      state: described.state,
      coordinatorId: described.coordinatorId,
      members: described.members.map(describedMember),
      offsets,
      lag: sumOfKnown(offsets.map(({ lag }) => lag)),
      lagSeconds: null,
      trend: 'unknown',
    };
  }

  async #groupOffsets({ groupId, members }: GroupDescription): Promise<readonly GroupOffset[]> {
    const committed = new Map(
      (await this.#client.admin.listGroupOffsets(groupId)).map((item) => [
        partitionKey(item),
        item,
      ]),
    );
    const owned = members.flatMap(({ memberId, assignment }) =>
      assignment.map((item) => ({ ...item, memberId })),
    );
    const owners = new Map(owned.map((item) => [partitionKey(item), item.memberId]));
    const all = new Map(
      [...owned, ...committed.values()].map((item) => [partitionKey(item), item]),
    );
    const { topicsByName } = this.#broker.metadata.image;
    const names = new Set([...all.values()].map(({ topic }) => topic));
    const logs = await this.#logs([...names].flatMap((name) => topicsByName.get(name) ?? []));
    return [...all].map(([key, { topic, partition }]): GroupOffset => {
      const committedOffset = committed.get(key)?.offset ?? null;
      const highWatermark = logs.get(key)?.endOffset ?? null;
      const isKnown = committedOffset !== null && highWatermark !== null;
      return {
        topic,
        partition,
        committedOffset,
        logStartOffset: logs.get(key)?.startOffset ?? null,
        highWatermark,
        lag: isKnown ? Math.max(0, highWatermark - committedOffset) : null,
        lagSeconds: null,
        memberId: owners.get(key) ?? null,
      };
    });
  }
}

/** What is asked for once for all who want it, and kept for a moment: the longer, the more it costs. */
class Shared<T> {
  readonly #ask: () => Promise<T>;
  readonly #clock: Clock;
  #answer: Promise<T> | undefined;
  #freshUntilMs = 0;

  constructor(ask: () => Promise<T>, clock: Clock) {
    this.#ask = ask;
    this.#clock = clock;
  }

  get(): Promise<T> {
    if (this.#answer !== undefined && this.#clock.monotonicMs() < this.#freshUntilMs) {
      return this.#answer;
    }
    const askedMs = this.#clock.monotonicMs();
    const answer = this.#ask();
    this.#answer = answer;
    this.#freshUntilMs = Number.POSITIVE_INFINITY;
    const settled = (freshForMs: number): void => {
      if (this.#answer === answer) this.#freshUntilMs = this.#clock.monotonicMs() + freshForMs;
    };
    answer.then(
      () => {
        const tookMs = this.#clock.monotonicMs() - askedMs;
        settled(Math.max(freshMs, freshTimesTaken * tookMs));
      },
      () => settled(0),
    );
    return answer;
  }
}

import type { Question } from './apis.ts';
import { unknownTopicId } from './unknown-topic-id.ts';
import type { Conversation, Topic } from './conversation.ts';
import { batchOf, fetchFrom, fetchOf, fill, filledTopic, partitionAt } from './requests.ts';
import { inVersions, type Scenario } from './scenario.ts';

const some = [7, 12, 18];

/** A fetch session over the topics it was opened with. */
class Session {
  readonly #broker: Conversation;
  readonly #version: number;
  id = 0;
  epoch = 0;

  constructor(broker: Conversation, version: number) {
    this.#broker = broker;
    this.#version = version;
  }

  /** Asks with the session's id and next epoch. */
  async fetch(question: Question<'Fetch'>): Promise<void> {
    const answer = await this.#broker.ask('Fetch', this.#version, {
      ...question,
      sessionId: this.id,
      sessionEpoch: this.epoch,
    });
    if (this.epoch === 0) this.id = answer.sessionId;
    this.epoch++;
  }

  static async over(
    broker: Conversation,
    version: number,
    topic: Topic,
    partitions = [partitionAt(0)],
  ): Promise<Session> {
    const session = new Session(broker, version);
    await session.fetch(fetchFrom(topic, partitions));
    return session;
  }
}

const nothing = fetchOf([]);

function forgetting(topic: Topic, partition = 0): Question<'Fetch'> {
  const forgottenTopicsData = [{ ...topic, topic: topic.name, partitions: [partition] }];
  return { ...nothing, forgottenTopicsData };
}

function session(
  story: string,
  run: (broker: Conversation, version: number) => Promise<void>,
  versions: readonly number[] = some,
): Scenario[] {
  return inVersions('Fetch', versions, `session: ${story}`, run);
}

export const fetchSessionScenarios: readonly Scenario[] = [
  ...session('no news, news, and no news again', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    const open = await Session.over(broker, version, topic);
    await open.fetch(fetchFrom(topic, [partitionAt(5)]));
    await open.fetch(nothing);
    await fill(broker, topic, batchOf(['f']));
    await open.fetch(nothing);
    await open.fetch(fetchFrom(topic, [partitionAt(6)]));
    await open.fetch(nothing);
  }),
  ...session('a partition is added and another forgotten', async (broker, version) => {
    const topic = await broker.topic('orders', { partitions: 2 });
    const other = await filledTopic(broker, 'payments');
    await fill(broker, topic, batchOf(['a']));
    const open = await Session.over(broker, version, topic);
    await open.fetch(fetchFrom(topic, [partitionAt(0, { partition: 1 })]));
    await open.fetch(fetchFrom(other, [partitionAt(4)]));
    await open.fetch(nothing);
    await open.fetch(forgetting(topic));
    await fill(broker, topic, batchOf(['b']));
    await open.fetch(nothing);
    await open.fetch(forgetting(other));
    await open.fetch(forgetting(topic, 7));
  }),
  ...session('the last partition is forgotten', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    const open = await Session.over(broker, version, topic);
    await open.fetch(forgetting(topic));
    await open.fetch(nothing);
    await open.fetch(fetchFrom(topic, [partitionAt(4)]));
  }),
  ...session('a wrong epoch', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    const open = await Session.over(broker, version, topic);
    open.epoch = 5;
    await open.fetch(nothing);
    open.epoch = 1;
    await open.fetch(nothing);
    open.epoch = 1;
    await open.fetch(nothing);
  }),
  ...session('an id that nobody has', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    const open = new Session(broker, version);
    open.id = 2_000_000_011;
    open.epoch = 1;
    await open.fetch(fetchFrom(topic, [partitionAt(0)]));
    open.id = 0;
    await open.fetch(fetchFrom(topic, [partitionAt(0)]));
    open.id = -7;
    await open.fetch(fetchFrom(topic, [partitionAt(0)]));
    open.epoch = -1;
    open.id = 2_000_000_011;
    await open.fetch(fetchFrom(topic, [partitionAt(4)]));
  }),
  ...session('epochs below -1', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    const open = new Session(broker, version);
    open.epoch = -2;
    await open.fetch(fetchFrom(topic, [partitionAt(4)]));
    const other = await Session.over(broker, version, topic);
    other.epoch = -2;
    await other.fetch(nothing);
  }),
  ...session('it is closed', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    const open = await Session.over(broker, version, topic);
    open.epoch = -1;
    await open.fetch(fetchFrom(topic, [partitionAt(4)]));
    open.epoch = 1;
    await open.fetch(nothing);
  }),
  ...session('it is opened again under its id', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    const open = await Session.over(broker, version, topic);
    const first = open.id;
    open.epoch = 0;
    await open.fetch(fetchFrom(topic, [partitionAt(4)]));
    open.id = first;
    await open.fetch(nothing);
  }),
  ...session('it is opened over nothing', async (broker, version) => {
    const open = new Session(broker, version);
    await open.fetch(nothing);
    await open.fetch(nothing);
  }),
  ...session('what is not there is told each time', async (broker, version) => {
    const nobody = { name: broker.nameOf('nobody'), topicId: unknownTopicId };
    const topic = await filledTopic(broker, 'orders');
    const open = await Session.over(broker, version, nobody);
    await open.fetch(nothing);
    await open.fetch(fetchFrom(topic, [partitionAt(5, { partition: 9 }), partitionAt(99)]));
    await open.fetch(nothing);
    await open.fetch(fetchFrom(topic, [partitionAt(4)]));
  }),
  ...session('a topic that appears', async (broker, version) => {
    const name = broker.nameOf('orders');
    const later = { name, topicId: unknownTopicId };
    const open = await Session.over(broker, version, later);
    const topic = await filledTopic(broker, 'orders', [['a']]);
    await open.fetch(nothing);
    await open.fetch(fetchFrom(topic, [partitionAt(0)]));
  }),
  ...session('a start that moves is news', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    const open = await Session.over(broker, version, topic, [partitionAt(5)]);
    await open.fetch(nothing);
    await broker.prepare('DeleteRecords', 2, {
      topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, offset: 2 }] }],
      timeoutMs: 5000,
    });
    await open.fetch(nothing);
    await open.fetch(nothing);
  }),
  ...session('partitions take turns', async (broker, version) => {
    const topic = await broker.topic('orders', { partitions: 3 });
    for (const partition of [0, 1, 2]) await fill(broker, topic, batchOf(['a']), partition);
    const partitions = [0, 1, 2].map((partition) => partitionAt(0, { partition }));
    const open = new Session(broker, version);
    const little = { maxBytes: 1 };
    await open.fetch(fetchFrom(topic, partitions, little));
    for (let i = 0; i < 3; i++) await open.fetch({ ...nothing, ...little });
  }),
  ...session(
    'it changes from names to ids',
    async (broker) => {
      const topic = await filledTopic(broker, 'orders');
      const open = await Session.over(broker, 12, topic);
      const next = { ...nothing, sessionId: open.id, sessionEpoch: 1 };
      await broker.ask('Fetch', 13, next);
      await broker.ask('Fetch', 12, { ...next, sessionEpoch: 2 });
    },
    [13],
  ),
];

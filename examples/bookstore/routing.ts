import type { Broker } from '../../src/index.ts';
import { wantedByRecommender } from './recommender.ts';
import { type BackEndName, backEndNames, duties, seesTo, type Wish } from './requests.ts';

/** How requests find the back end that sees to them. */
export interface Routing {
  readonly title: string;
  readonly picture: readonly string[];
  /** The topics that are made, beside `answers`. */
  readonly createTopics: (broker: Broker) => Promise<void>;
  /** Where the front end publishes a request. */
  readonly topicOf: (action: Wish['action']) => string;
  /** What a back end subscribes to. */
  readonly subscriptionOf: (name: BackEndName) => string;
  /** How many back ends read each request. */
  readonly readersEach: number;
  /** Who has to know that orders are what `buy` is for. */
  readonly knownTo: string;
  /** Makes what one more back end needs, and says what it is to read; that holds requests with these actions. */
  readonly addRecommender: (broker: Broker) => Promise<{
    readonly topics: readonly string[];
    readonly actions: readonly Wish['action'][];
  }>;
}

/** The publisher says for whom it is, by the topic. */
export const byTopic: Routing = {
  title: 'a topic for each back end',
  picture: [
    '                   ┌──▶ [ security ] ──▶ security',
    '   front end ──────┼──▶ [ books    ] ──▶ books',
    '                   └──▶ [ orders   ] ──▶ orders',
  ],
  createTopics: async (broker) => {
    for (const name of backEndNames) await broker.createTopic(name, { partitions: 3 });
  },
  topicOf: (action) => backEndNames.find((name) => seesTo(name, action)) ?? '',
  subscriptionOf: (name) => name,
  readersEach: 1,
  knownTo: 'front end',
  addRecommender: () =>
    Promise.resolve({ topics: ['books', 'orders'], actions: [...duties.books, ...duties.orders] }),
};

/** The publisher says what it is; everybody reads everything and throws away the rest. */
export const bySifting: Routing = {
  title: 'one topic, and everybody sifts',
  picture: [
    '                                   ┌──▶ security, keeps what is its own',
    '   front end ──▶ [ requests ] ─────┼──▶ books,    keeps what is its own',
    '                                   └──▶ orders,   keeps what is its own',
  ],
  createTopics: (broker) => broker.createTopic('requests', { partitions: 3 }),
  topicOf: () => 'requests',
  subscriptionOf: () => 'requests',
  readersEach: backEndNames.length,
  knownTo: 'back ends',
  addRecommender: () =>
    Promise.resolve({ topics: ['requests'], actions: Object.values(duties).flat() }),
};

/** The publisher says what it is; the broker gives each back end what it asks for. */
export const byContent: Routing = {
  title: 'one topic, and each asks a question of it',
  picture: [
    '                                   ┌─? login, logout ───────▶ security',
    '   front end ──▶ [ requests ] ─────┼─? list, details ───────▶ books',
    '                                   └─? buy, status, return ─▶ orders',
  ],
  createTopics: async (broker) => {
    await broker.createTopic('requests', { partitions: 3 });
    for (const name of backEndNames) {
      await createQuestion(broker, `requests-for-${name}`, duties[name]);
    }
  },
  topicOf: () => 'requests',
  subscriptionOf: (name) => `requests-for-${name}`,
  readersEach: 1,
  knownTo: 'filters',
  addRecommender: async (broker) => {
    await createQuestion(broker, 'requests-for-recommender', wantedByRecommender);
    return { topics: ['requests-for-recommender'], actions: wantedByRecommender };
  },
};

/** Makes a filtered topic, with a filter such as `value.action in ["login","logout"]`. */
async function createQuestion(
  broker: Broker,
  name: string,
  actions: readonly Wish['action'][],
): Promise<void> {
  await broker.createTopic(name, {
    config: {
      'odradek.source.topic': 'requests',
      'odradek.filter': `value.action in ${JSON.stringify(actions)}`,
    },
  });
}

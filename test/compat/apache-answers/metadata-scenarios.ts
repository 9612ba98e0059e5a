import { writeInt16 } from '../../../src/util/bytes.ts';
import { zeroUuid } from '../../../src/protocol/uuid.ts';

import { unknownTopicId } from './unknown-topic-id.ts';
import { inVersions, type Scenario } from './scenario.ts';

const all = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
const some = [0, 1, 4, 9, 13];

function named(...names: readonly string[]) {
  return names.map((name) => ({ name, topicId: zeroUuid }));
}

const metadataScenarios: Scenario[] = [
  ...inVersions('Metadata', all, 'a topic by name', async (broker, version) => {
    const { name } = await broker.topic('orders', { partitions: 2 });
    await broker.ask('Metadata', version, { topics: named(name) });
  }),
  ...inVersions('Metadata', all, 'all topics', async (broker, version) => {
    await broker.topic('orders');
    await broker.topic('payments');
    await broker.ask('Metadata', version, { topics: version === 0 ? [] : null });
  }),
  ...inVersions('Metadata', [1, 9, 13], 'no topics', async (broker, version) => {
    await broker.topic('orders');
    await broker.ask('Metadata', version, { topics: [] });
  }),
  ...inVersions('Metadata', some, 'a topic that is made on the way', async (broker, version) => {
    const name = broker.nameOf('automatic');
    await broker.ask('Metadata', version, { topics: named(name) });
    await broker.ready(name, 4);
    await broker.ask('Metadata', version, { topics: named(name) });
  }),
  ...inVersions('Metadata', [4, 8, 13], 'a topic that is not made', async (broker, version) => {
    const topics = named(broker.nameOf('nobody'));
    await broker.ask('Metadata', version, { topics, allowAutoTopicCreation: false });
  }),
  ...inVersions('Metadata', some, 'illegal names', async (broker, version) => {
    const illegal = ['', '.', '/orders', 'or ders', 'x'.repeat(250)];
    for (const name of illegal) {
      await broker.ask('Metadata', version, { topics: named(name) });
    }
    if (version < 4) return;
    for (const name of illegal) {
      await broker.ask('Metadata', version, { topics: named(name), allowAutoTopicCreation: false });
    }
  }),
  ...inVersions(
    'Metadata',
    [1, 9, 12],
    'a name twice, and a missing one',
    async (broker, version) => {
      const { name } = await broker.topic('orders');
      const rest = version >= 4 ? { allowAutoTopicCreation: false } : {};
      await broker.ask('Metadata', version, { topics: named(name, name), ...rest });
      const topics = named('/bad', name, 'b@d', broker.nameOf('another'));
      if (version >= 4) await broker.ask('Metadata', version, { topics, ...rest });
    },
  ),
  ...inVersions('Metadata', [1, 12], 'a name that collides', async (broker, version) => {
    await broker.topic('my.orders');
    await broker.ask('Metadata', version, { topics: named(broker.nameOf('my_orders')) });
  }),
  ...inVersions('Metadata', [12, 13], 'topics by id', async (broker, version) => {
    const orders = await broker.topic('orders');
    const payments = await broker.topic('payments');
    const { topicId } = orders;
    await broker.ask('Metadata', version, { topics: [{ topicId, name: null }] });
    const lists = [
      [{ topicId: unknownTopicId, name: null }],
      [{ topicId: zeroUuid, name: null }],
      [
        { topicId, name: null },
        { topicId: unknownTopicId, name: null },
      ],
      [{ topicId, name: null }, ...named(payments.name)],
      [{ topicId, name: payments.name }],
      [{ topicId, name: orders.name }],
    ];
    for (const topics of lists) await broker.attempt('Metadata', version, { topics });
  }),
  ...inVersions('Metadata', [10, 11], 'ids that these versions cannot', async (broker, version) => {
    const { name, topicId } = await broker.topic('orders');
    await broker.attempt('Metadata', version, { topics: [{ topicId, name: null }] });
    await broker.attempt('Metadata', version, { topics: [{ topicId, name }] });
  }),
  ...inVersions('Metadata', [8, 9, 10], 'authorized operations', async (broker, version) => {
    const { name } = await broker.topic('orders');
    await broker.ask('Metadata', version, {
      topics: named(name),
      includeClusterAuthorizedOperations: true,
      includeTopicAuthorizedOperations: true,
    });
  }),
  ...inVersions('Metadata', [11, 13], 'authorized operations', async (broker, version) => {
    const { name } = await broker.topic('orders');
    const rest = { includeTopicAuthorizedOperations: true, allowAutoTopicCreation: false };
    await broker.ask('Metadata', version, {
      topics: named(name, broker.nameOf('nobody')),
      ...rest,
    });
  }),
];

const client = { clientSoftwareName: 'answers', clientSoftwareVersion: '1.0' };

const apiVersionsScenarios: Scenario[] = [
  ...inVersions('ApiVersions', [0, 1, 2], 'what is served', async (broker, version) => {
    await broker.ask('ApiVersions', version, {});
  }),
  ...inVersions('ApiVersions', [3, 4], 'what is served', async (broker, version) => {
    await broker.ask('ApiVersions', version, client);
  }),
  ...inVersions(
    'ApiVersions',
    [3, 4],
    'names that clients cannot have',
    async (broker, version) => {
      for (const name of ['', ' ', 'a b', '-a', 'a-', 'ä', 'a_b', 'a.b-c', '.']) {
        await broker.ask('ApiVersions', version, { ...client, clientSoftwareName: name });
        await broker.ask('ApiVersions', version, { ...client, clientSoftwareVersion: name });
      }
    },
  ),
  ...inVersions(
    'ApiVersions',
    [5, 99, 32_767],
    'versions of the future',
    async (broker, version) => {
      const frame = broker.frame('ApiVersions', 4, client);
      writeInt16(frame, 6, version);
      await broker.askFrame('ApiVersions', version, frame, 0);
      await broker.ask('ApiVersions', 4, client);
    },
  ),
  ...inVersions('ApiVersions', [-1], 'versions below zero', async (broker, version) => {
    const frame = broker.frame('ApiVersions', 0, {});
    writeInt16(frame, 6, version);
    await broker.askFrame('ApiVersions', version, frame, 0);
  }),
  ...inVersions('Metadata', [14, -1], 'versions that are not there', async (broker, version) => {
    const frame = broker.frame('Metadata', version < 0 ? 0 : 13, { topics: [] });
    writeInt16(frame, 6, version);
    await broker.askFrame('Metadata', version, frame, 0);
  }),
];

export const connectionScenarios: readonly Scenario[] = [
  ...apiVersionsScenarios,
  ...metadataScenarios,
];

import type { Question } from './apis.ts';
import { fetchFrom, filledTopic, offsetsAt, partitionAt } from './requests.ts';
import { inVersions, type Scenario } from './scenario.ts';

const some = [0, 1, 2];

function deleting(name: string, offset: number, partitionIndex = 0): Question<'DeleteRecords'> {
  return { topics: [{ name, partitions: [{ partitionIndex, offset }] }], timeoutMs: 5000 };
}

export const deleteRecordsScenarios: readonly Scenario[] = [
  ...inVersions('DeleteRecords', some, 'up to an offset', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    for (const offset of [0, 3, 2, 5]) {
      await broker.ask('DeleteRecords', version, deleting(topic.name, offset));
    }
    await broker.ask('ListOffsets', 7, offsetsAt(topic, -2));
    await broker.ask('Fetch', 12, fetchFrom(topic, [partitionAt(4)]));
  }),
  ...inVersions('DeleteRecords', some, 'all of it', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    const empty = await broker.topic('empty');
    await broker.ask('DeleteRecords', version, deleting(topic.name, -1));
    await broker.ask('DeleteRecords', version, deleting(topic.name, -1));
    await broker.ask('DeleteRecords', version, deleting(empty.name, -1));
    await broker.ask('ListOffsets', 7, offsetsAt(topic, -2));
  }),
  ...inVersions('DeleteRecords', some, 'offsets out of range', async (broker, version) => {
    const { name } = await filledTopic(broker, 'orders');
    for (const offset of [6, 1e15, -2, -100]) {
      await broker.ask('DeleteRecords', version, deleting(name, offset));
    }
  }),
  ...inVersions('DeleteRecords', some, 'what is not there', async (broker, version) => {
    const { name } = await filledTopic(broker, 'orders');
    await broker.ask('DeleteRecords', version, deleting(broker.nameOf('nobody'), 1));
    await broker.ask('DeleteRecords', version, deleting(name, 1, 7));
    await broker.ask('DeleteRecords', version, deleting(name, 1, -1));
    await broker.ask('DeleteRecords', version, { topics: [], timeoutMs: 5000 });
  }),
  ...inVersions('DeleteRecords', some, 'policies', async (broker, version) => {
    for (const policy of ['compact', 'compact,delete']) {
      const configs = { 'cleanup.policy': policy };
      const { name } = await filledTopic(broker, policy.replace(',', '-'), undefined, configs);
      await broker.ask('DeleteRecords', version, deleting(name, 2));
    }
  }),
  ...inVersions('DeleteRecords', some, 'internal topics', async (broker, version) => {
    await broker.ask('DeleteRecords', version, deleting('__cluster_metadata', 1));
  }),
  ...inVersions('DeleteRecords', some, 'several partitions, one twice', async (broker, version) => {
    const { name } = await filledTopic(broker, 'orders');
    const partitions = [
      { partitionIndex: 0, offset: 1 },
      { partitionIndex: 0, offset: 2 },
      { partitionIndex: 3, offset: 2 },
    ];
    await broker.ask('DeleteRecords', version, { topics: [{ name, partitions }], timeoutMs: 5000 });
  }),
];

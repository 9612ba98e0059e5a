import type { Question } from './apis.ts';
import { inVersions, type Scenario } from './scenario.ts';

const topicType = 2;
const brokerType = 4;
const groupType = 32;

function describing(
  resourceType: number,
  resourceName: string,
  configurationKeys: readonly string[] | null = null,
): Question<'DescribeConfigs'> {
  return { resources: [{ resourceType, resourceName, configurationKeys }] };
}

const configs = {
  'cleanup.policy': 'compact,delete',
  'min.cleanable.dirty.ratio': '0.25',
  preallocate: 'TRUE',
  'retention.ms': ' 1000 ',
};

const topicScenarios: Scenario[] = [
  ...inVersions('DescribeConfigs', [1, 2, 3, 4], 'a topic', async (broker, version) => {
    const { name } = await broker.topic('orders', { configs });
    await broker.ask('DescribeConfigs', version, describing(topicType, name));
  }),
  ...inVersions('DescribeConfigs', [1, 4], 'a topic with synonyms', async (broker, version) => {
    const { name } = await broker.topic('orders', { configs });
    const question = { ...describing(topicType, name), includeSynonyms: true };
    await broker.ask('DescribeConfigs', version, question);
  }),
  ...inVersions(
    'DescribeConfigs',
    [3, 4],
    'a topic with documentation',
    async (broker, version) => {
      const { name } = await broker.topic('orders');
      const question = { ...describing(topicType, name), includeDocumentation: true };
      await broker.ask('DescribeConfigs', version, question);
    },
  ),
  ...inVersions('DescribeConfigs', [1, 4], 'selected keys', async (broker, version) => {
    const { name } = await broker.topic('orders', { configs });
    const lists = [['retention.ms', 'segment.bytes'], ['no.such.key', 'retention.ms'], []];
    for (const keys of lists) {
      await broker.ask('DescribeConfigs', version, describing(topicType, name, keys));
    }
  }),
  ...inVersions('DescribeConfigs', [1, 3, 4], 'what is not there', async (broker, version) => {
    await broker.ask('DescribeConfigs', version, describing(topicType, broker.nameOf('nobody')));
    await broker.ask('DescribeConfigs', version, describing(topicType, '/illegal'));
    await broker.ask('DescribeConfigs', version, describing(topicType, ''));
    await broker.ask('DescribeConfigs', version, { resources: [] });
  }),
  ...inVersions('DescribeConfigs', [1, 4], 'a topic twice', async (broker, version) => {
    const { name } = await broker.topic('orders');
    const resource = {
      resourceType: topicType,
      resourceName: name,
      configurationKeys: ['retention.ms'],
    };
    await broker.ask('DescribeConfigs', version, { resources: [resource, resource] });
  }),
];

const brokerScenarios: Scenario[] = [
  ...inVersions('DescribeConfigs', [4], 'this broker with synonyms', async (broker, version) => {
    const question = { ...describing(brokerType, '1'), includeSynonyms: true };
    await broker.ask('DescribeConfigs', version, question);
  }),
  ...inVersions('DescribeConfigs', [1, 4], 'all brokers', async (broker, version) => {
    await broker.ask('DescribeConfigs', version, describing(brokerType, ''));
  }),
  ...inVersions(
    'DescribeConfigs',
    [1, 4],
    'brokers that are not there',
    async (broker, version) => {
      for (const name of ['2', '-1', 'x', '01']) {
        await broker.ask(
          'DescribeConfigs',
          version,
          describing(brokerType, name, ['num.partitions']),
        );
      }
    },
  ),
  ...inVersions(
    'DescribeConfigs',
    [1, 4],
    'selected keys of this broker',
    async (broker, version) => {
      const keys = ['log.retention.ms', 'no.such.key', 'num.partitions'];
      await broker.ask('DescribeConfigs', version, describing(brokerType, '1', keys));
    },
  ),
];

const otherScenarios: Scenario[] = [
  ...inVersions('DescribeConfigs', [1, 4], 'a group', async (broker, version) => {
    const question = describing(groupType, broker.nameOf('group'));
    await broker.ask('DescribeConfigs', version, { ...question, includeSynonyms: true });
    await broker.ask('DescribeConfigs', version, describing(groupType, ''));
  }),
  ...inVersions('DescribeConfigs', [1, 4], 'types that are not there', async (broker, version) => {
    for (const type of [0, 1, 3, 5, 64, -1]) {
      await broker.ask('DescribeConfigs', version, describing(type, 'x'));
    }
  }),
  ...inVersions(
    'DescribeConfigs',
    [1, 4],
    'loggers and client metrics',
    async (broker, version) => {
      await broker.ask('DescribeConfigs', version, describing(8, '1', ['no.such.logger']));
      await broker.ask('DescribeConfigs', version, describing(8, '2'));
      await broker.ask('DescribeConfigs', version, describing(8, 'x'));
      await broker.ask('DescribeConfigs', version, describing(16, 'metrics'));
      await broker.ask('DescribeConfigs', version, describing(16, ''));
    },
  ),
];

export const describeConfigsScenarios: readonly Scenario[] = [
  ...topicScenarios,
  ...brokerScenarios,
  ...otherScenarios,
];

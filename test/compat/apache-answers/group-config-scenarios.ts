import type { Conversation } from './conversation.ts';
import { inVersions, type Scenario } from './scenario.ts';

const groupType = 32;
const set = 0;
const remove = 1;
const append = 2;

type Change = readonly [name: string, operation: number, value: string | null];

function changeOf(resourceName: string, changes: readonly Change[], validateOnly = false) {
  const configs = changes.map(([name, configOperation, value]) => ({
    name,
    configOperation,
    value,
  }));
  return { resources: [{ resourceType: groupType, resourceName, configs }], validateOnly };
}

/** Waits until a key of a group has this value: Apache's brokers learn of a change after the answer. */
async function shows(broker: Conversation, group: string, key: string, value: string) {
  const resources = [{ resourceType: groupType, resourceName: group, configurationKeys: [key] }];
  await broker.settled(`${key} is ${value}`, async () => {
    const { results } = await broker.prepare('DescribeConfigs', 4, { resources });
    return results[0]?.configs[0]?.value === value;
  });
}

const session = 'consumer.session.timeout.ms';
const heartbeat = 'consumer.heartbeat.interval.ms';
const interval = 'consumer.assignment.interval.ms';

const resets = [
  'latest',
  'EARLIEST',
  'none',
  'by_duration:P1D',
  'by_duration:PT1H30M',
  'by_duration:P1DT2H3M4.5S',
  'by_duration:pt1h',
  'by_duration:PT0S',
  'by_duration:PT-1S',
  'by_duration:-PT1S',
  'by_duration:P1Y',
  'by_duration:P1W',
  'by_duration:P',
  'by_duration:P1DT',
  'by_duration:',
  'BY_DURATION:P1D',
  'by_duration:tomorrow',
];

/** Of one group, each in a request of its own. */
const changesToJudge: readonly (readonly Change[])[] = [
  [[session, set, '9999']],
  [[session, set, '10000']],
  [[session, set, '60000']],
  [[session, set, '60001']],
  [[session, set, '0']],
  [[session, set, '-1']],
  [[session, set, '']],
  [[session, set, null]],
  [[session, set, '1.5']],
  [[session, append, '1']],
  [[heartbeat, set, '4999']],
  [[heartbeat, set, '5000']],
  [[heartbeat, set, '15000']],
  [[heartbeat, set, '15001']],
  [
    [heartbeat, set, '15000'],
    [session, set, '45000'],
  ],
  [
    [heartbeat, set, '15000'],
    [session, set, '12000'],
  ],
  [
    [heartbeat, set, '12000'],
    [session, set, '12000'],
  ],
  [[interval, set, '0']],
  [[interval, set, '15000']],
  [[interval, set, '15001']],
  [[interval, set, '-1']],
  [['share.session.timeout.ms', set, '1']],
  ...resets.map((value): Change[] => [['share.auto.offset.reset', set, value]]),
  [['share.isolation.level', set, 'read_committed']],
  [['streams.num.standby.replicas', set, '1']],
  [['streams.num.standby.replicas', set, '9']],
  [['share.record.lock.duration.ms', set, '1000']],
  [['share.partition.max.record.locks', set, '1']],
  [['group.consumer.session.timeout.ms', set, '50000']],
  [
    [session, set, '50000'],
    [session, remove, null],
  ],
  [
    [session, set, '50000'],
    ['no.such.key', set, '1'],
  ],
  [[session, remove, null]],
  [],
];

/** Configurations of groups. */
export const groupConfigScenarios: readonly Scenario[] = [
  ...inVersions(
    'IncrementalAlterConfigs',
    [0, 1],
    'changes of a group',
    async (broker, version) => {
      const group = broker.nameOf('readers');
      for (const changes of changesToJudge) {
        await broker.ask('IncrementalAlterConfigs', version, changeOf(group, changes, true));
      }
    },
  ),
  ...inVersions(
    'DescribeConfigs',
    [1, 2, 3, 4],
    'a group that has some',
    async (broker, version) => {
      const group = broker.nameOf('readers');
      await broker.ask(
        'IncrementalAlterConfigs',
        1,
        changeOf(group, [
          [session, set, '50000'],
          [interval, set, '3'],
        ]),
      );
      await shows(broker, group, session, '50000');
      const resource = { resourceType: groupType, resourceName: group, configurationKeys: null };
      await broker.ask('DescribeConfigs', version, { resources: [resource] });
      await broker.ask('DescribeConfigs', version, {
        resources: [resource],
        includeSynonyms: true,
        ...(version >= 3 ? { includeDocumentation: true } : {}),
      });
      const configurationKeys = [session, 'no.such.key'];
      await broker.ask('DescribeConfigs', version, {
        resources: [{ ...resource, configurationKeys }],
      });
      await broker.ask('ListConfigResources', 1, { resourceTypes: [groupType] });
      await broker.ask(
        'IncrementalAlterConfigs',
        1,
        changeOf(group, [
          [session, remove, null],
          [interval, remove, null],
        ]),
      );
      await shows(broker, group, session, '45000');
      await broker.ask('DescribeConfigs', version, { resources: [resource] });
      await broker.ask('ListConfigResources', 1, { resourceTypes: [groupType] });
    },
  ),
  ...inVersions('AlterConfigs', [0, 1, 2], 'of groups', async (broker, version) => {
    const group = broker.nameOf('readers');
    const replace = (configs: readonly { name: string; value: string | null }[]) => ({
      resources: [{ resourceType: groupType, resourceName: group, configs }],
      validateOnly: false,
    });
    await broker.ask('AlterConfigs', version, replace([{ name: session, value: '50000' }]));
    await shows(broker, group, session, '50000');
    await broker.ask('AlterConfigs', version, replace([{ name: session, value: '1' }]));
    await broker.ask('AlterConfigs', version, replace([{ name: 'no.such.key', value: '1' }]));
    await broker.ask('AlterConfigs', version, replace([{ name: interval, value: '7' }]));
    await shows(broker, group, interval, '7');
    const resource = { resourceType: groupType, resourceName: group, configurationKeys: null };
    await broker.ask('DescribeConfigs', 4, { resources: [resource] });
    await broker.ask('AlterConfigs', version, replace([]));
  }),
];

/**
 * Goal: when the broker is killed and started again, groups go on where they were. Method: a group of each
 * client and protocol reads a topic of a broker in a process of its own, which is killed with SIGKILL and
 * started again on its folder and at its port.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { GroupScene, readBy, untilRead } from './group-scene.ts';
import { groupClients } from './members/clients.ts';
import type { Member, MemberOptions } from './members/member.ts';
import type { GroupClientName } from './members/own-clients.ts';
import { type OdradekStart, startOdradek } from './odradek-start.ts';

/** kafkajs may come back as another member; then its group waits so long for the one that was. */
const sessionTimeoutMs = 6000;

const config = {
  'offsets.topic.num.partitions': 5,
  'group.initial.rebalance.delay.ms': 20,
  'group.consumer.min.heartbeat.interval.ms': 100,
  'group.consumer.heartbeat.interval.ms': 100,
  'group.consumer.assignment.interval.ms': 0,
};

const kinds: readonly [client: GroupClientName, MemberOptions['protocol']][] = [
  ['kafkajs', 'classic'],
  ['platformatic', 'classic'],
  ['platformatic', 'consumer'],
  ['kafka-crab', 'classic'],
  ['kafka-crab', 'consumer'],
];

describe('the broker is killed and started again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-groups-'));
  let broker: OdradekStart;
  let scene: GroupScene;

  before(async () => {
    broker = await startOdradek(folder, 0, config);
    scene = new GroupScene(broker.bootstrapServers);
  });
  after(async () => {
    await scene.close();
    await broker.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  test('groups go on where they were', async () => {
    const { bootstrapServers } = broker;
    const topic = await scene.createTopic('orders');
    const available = kinds.filter(([client]) => groupClients[client].skip === false);
    const groups = await Promise.all(
      available.map(async ([client, protocol]) => {
        const groupId = `${client}-${protocol}`;
        const options = {
          bootstrapServers,
          groupId,
          topics: [topic],
          protocol,
          sessionTimeoutMs,
        };
        const { start } = groupClients[client];
        const members = await Promise.all([0, 1].map(async () => scene.keep(await start(options))));
        return { groupId, members };
      }),
    );
    const each = (act: (members: readonly Member[]) => Promise<void>): Promise<unknown> =>
      Promise.all(groups.map(({ members }) => act(members)));
    await Promise.all(
      groups.map(({ groupId, members }) => scene.untilSettled(groupId, members, [2, 2])),
    );
    const first = await scene.write(topic, 'first');
    await each((members) => untilRead(members, first));
    const told = groups.map(({ members }) => assignmentCounts(members));

    await broker.kill();
    broker = await startOdradek(folder, Number(bootstrapServers.split(':')[1]), config);
    const second = await scene.write(topic, 'second');
    await each((members) => untilRead(members, second));
    for (const [i, { groupId, members }] of groups.entries()) {
      const read = readBy(members);
      // What @platformatic/kafka fetches while it joins it may read twice, from Apache Kafka as well.
      const once = groupId.startsWith('platformatic') ? [...new Set(read)] : read;
      assert.deepEqual(once, [...first, ...second], `${groupId} reads each record once`);
      // kafkajs gives up its membership with its connection, and joins anew.
      if (groupId.startsWith('kafkajs')) continue;
      assert.deepEqual(assignmentCounts(members), told[i], `${groupId} is not told anew`);
    }
  });
});

const assignmentCounts = (members: readonly Member[]): number[] =>
  members.map(({ assignmentCount }) => assignmentCount);

/**
 * Goal: kafkajs administers groups as it does with Apache Kafka. Method: one reads, ends and comes again, and is
 * described, listed and deleted by the administrator meanwhile. How groups share is in `groups.test.ts`.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import kafkajs, { type Admin } from 'kafkajs';
import { GroupScene, readBy, untilRead, untilShared } from './group-scene.ts';
import { groupClients } from './members/clients.ts';
import type { Member } from './members/member.ts';
import { startTarget, type Target } from './target.ts';

describe('kafkajs administers groups', () => {
  let target: Target;
  let scene: GroupScene;
  let admin: Admin;

  before(async () => {
    target = await startTarget();
    scene = new GroupScene(target.bootstrapServers);
    const kafka = new kafkajs.Kafka({
      brokers: [target.bootstrapServers],
      logLevel: kafkajs.logLevel.NOTHING,
    });
    admin = kafka.admin();
    await admin.connect();
  });
  after(async () => {
    await scene.close();
    await admin.disconnect();
    await target.stop();
  });

  const startMember = async (groupId: string, topic: string): Promise<Member> => {
    const { bootstrapServers } = target;
    const options = { bootstrapServers, groupId, topics: [topic], protocol: 'classic' } as const;
    return scene.keep(await groupClients.kafkajs.start(options));
  };

  test('a group goes on from what it has committed, and is described, listed and deleted', async () => {
    const topic = await scene.createTopic(target.topicName('orders'));
    const groupId = target.topicName('readers');
    const first = await scene.write(topic, 'first');
    const before = await startMember(groupId, topic);
    await untilShared([before], [4]);
    await untilRead([before], first);
    const { groups } = await admin.describeGroups([groupId]);
    assert.deepEqual(
      groups.map(({ state, members, protocol }) => [state, members.length, protocol]),
      [['Stable', 1, 'RoundRobinAssigner']],
    );
    await before.leave();
    const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
    assert.deepEqual(
      offsets?.partitions.map(({ offset }) => offset),
      ['10', '10', '10', '10'],
    );
    const second = await scene.write(topic, 'second');
    const again = await startMember(groupId, topic);
    await untilRead([again], second);
    assert.deepEqual(readBy([again]), second);
    await assert.rejects(admin.deleteGroups([groupId]), /Error in DeleteGroups/);
    await again.leave();
    const listed = await admin.listGroups();
    assert.ok(listed.groups.some((group) => group.groupId === groupId));
    await admin.deleteGroups([groupId]);
    const left = await admin.listGroups();
    assert.ok(!left.groups.some((group) => group.groupId === groupId));
  });
});

/**
 * Goal: each client reads by group as it does from Apache Kafka, with each of its assignors, in both protocols.
 * Method: the classic picture, a topic that two groups share, with members that come, idle, leave and are
 * killed.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { must } from '../../src/util/assert.ts';
import { GroupScene, readBy, untilRead, untilShared } from './group-scene.ts';
import { groupClients } from './members/clients.ts';
import { isHeld, until, type Member, type MemberOptions } from './members/member.ts';
import { MemberProcess } from './members/member-process.ts';
import type { GroupClientName } from './members/own-clients.ts';
import { startTarget, type Target } from './target.ts';

/** Of groups in which a member is killed, long enough for others to live on a slow machine. */
const shortSessionMs = 3000;
/** Of all others: whoever leaves must say so. */
const longSessionMs = 45_000;

const kinds: readonly [client: GroupClientName, MemberOptions['protocol'], assignor: string][] = [
  ['kafkajs', 'classic', 'roundrobin'],
  ['platformatic', 'classic', 'roundrobin'],
  ['platformatic', 'classic', 'cooperative-sticky'],
  ['platformatic', 'consumer', 'uniform'],
  ['platformatic', 'consumer', 'range'],
  ['kafka-crab', 'classic', 'range'],
  ['kafka-crab', 'classic', 'roundrobin'],
  ['kafka-crab', 'classic', 'cooperative-sticky'],
  ['kafka-crab', 'consumer', 'uniform'],
  ['kafka-crab', 'consumer', 'range'],
];

const isCommitted = (value: string): boolean => !isHeld(value);

describe('clients read by group', { concurrency: 4 }, () => {
  let target: Target;
  let scene: GroupScene;

  before(async () => {
    target = await startTarget({
      config: {
        'group.min.session.timeout.ms': 1000,
        'group.consumer.min.session.timeout.ms': 1000,
        'group.consumer.session.timeout.ms': longSessionMs,
      },
    });
    scene = new GroupScene(target.bootstrapServers);
  });
  after(async () => {
    await scene.close();
    await target.stop();
  });

  for (const [client, protocol, assignor] of kinds) {
    const { skip, start } = groupClients[client];
    // @platformatic/kafka asks once more for what it asks for when a rebalance comes, and reads both answers;
    // it does so with Apache Kafka as well.
    const readOnce = (members: readonly Member[]): string[] =>
      client === 'platformatic' ? [...new Set(readBy(members))] : readBy(members);
    const options = (
      groupId: string,
      topic: string,
      sessionTimeoutMs = longSessionMs,
    ): MemberOptions => ({
      bootstrapServers: target.bootstrapServers,
      groupId,
      topics: [topic],
      protocol,
      assignor,
      sessionTimeoutMs,
    });
    const startMembers = (groupId: string, topic: string, count: number): Promise<Member[]> =>
      Promise.all(
        Array.from({ length: count }, async () => scene.keep(await start(options(groupId, topic)))),
      );

    test(
      `${client}, ${protocol}, ${assignor}: two groups share a topic; members idle, come and go`,
      { skip },
      async () => {
        const topic = await scene.createTopic(target.topicName('orders'));
        const [groupA, groupB] = [target.topicName('A'), target.topicName('B')];
        const [a, b] = await Promise.all([
          startMembers(groupA, topic, 2),
          startMembers(groupB, topic, 4),
        ]);
        await Promise.all([
          scene.untilSettled(groupA, a, [2, 2]),
          scene.untilSettled(groupB, b, [1, 1, 1, 1]),
        ]);
        const first = await scene.write(topic, 'first');
        await Promise.all([untilRead(a, first), untilRead(b, first)]);
        const once = 'each record once in each group';
        assert.deepEqual([readOnce(a), readOnce(b)], [first, first], once);

        const five = [...b, ...(await startMembers(groupB, topic, 1))];
        await scene.untilSettled(groupB, five, [1, 1, 1, 1, 0]);
        const gone = must(five.find(({ partitions }) => partitions.length === 1));
        await gone.leave();
        const rest = five.filter((member) => member !== gone);
        await scene.untilSettled(groupB, rest, [1, 1, 1, 1]);
        const both = [...first, ...(await scene.write(topic, 'second'))].toSorted();
        await Promise.all([untilRead(a, both), untilRead(five, both)]);
        assert.deepEqual([readOnce(a), readOnce(five)], [both, both]);
        await scene.end([...a, ...five]);
      },
    );

    test(
      `${client}, ${protocol}, ${assignor}: what a killed member had is read by others from its last commit`,
      { skip },
      async () => {
        const topic = await scene.createTopic(target.topicName('orders'));
        const groupId = target.topicName('readers');
        if (protocol === 'consumer') await scene.setSessionTimeout(groupId, shortSessionMs);
        const doomed = options(groupId, topic, shortSessionMs);
        const victim = scene.keep(MemberProcess.start(client, doomed));
        const survivor = scene.keep(await start(doomed));
        const both = [victim, survivor];
        await scene.untilSettled(groupId, both, [2, 2]);
        const first = await scene.write(topic, 'first');
        await untilRead(both, first);
        const held = await scene.write(topic, 'held');
        await untilRead(both, [...first, ...held]);
        const lost = new Set(victim.partitions.map((partition) => partition.split(':').at(-1)));
        const before = survivor.values.filter(isCommitted);
        await victim.kill();
        await untilShared([survivor], [4]);
        const again = held.filter((value) => lost.has(value.split(':')[1]));
        await until(() => again.every((value) => survivor.values.includes(value)));
        assert.deepEqual(survivor.values.filter(isCommitted), before, 'nothing else is read again');
        await scene.end([survivor]);
      },
    );
  }
});

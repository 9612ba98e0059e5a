/**
 * Goal: a group goes over from the classic protocol to the next generation's (KIP-848) and back while it reads.
 * Method: members of the one protocol join while those of the other are there, who leave one by one; at each
 * step all partitions are shared, and what is written is read once.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { must } from '../../src/util/assert.ts';
import { GroupScene, readBy, untilRead } from './group-scene.ts';
import { groupClients } from './members/clients.ts';
import type { Member, MemberOptions } from './members/member.ts';
import type { GroupClientName } from './members/own-clients.ts';
import { startTarget, type Target } from './target.ts';

type Kind = readonly [client: GroupClientName, assignor: string];

/**
 * Who has which protocol. Classic members of @platformatic/kafka stay away: they ask for offsets as a member
 * without a generation, which Apache Kafka refuses in a group of the new protocol, and so do we.
 */
const pairs: readonly [classic: Kind, consumer: Kind][] = [
  [
    ['kafka-crab', 'range'],
    ['kafka-crab', 'uniform'],
  ],
  [
    ['kafka-crab', 'cooperative-sticky'],
    ['kafka-crab', 'range'],
  ],
  [
    ['kafkajs', 'roundrobin'],
    ['platformatic', 'uniform'],
  ],
];

describe('a group changes its protocol while it reads', { concurrency: 4 }, () => {
  let target: Target;
  let scene: GroupScene;

  before(async () => {
    target = await startTarget();
    scene = new GroupScene(target.bootstrapServers);
  });
  after(async () => {
    await scene.close();
    await target.stop();
  });

  async function groupType(groupId: string): Promise<string | undefined> {
    const groups = await scene.admin.listGroups({ types: ['classic', 'consumer'] });
    return groups.get(groupId)?.groupType;
  }

  for (const [classic, consumer] of pairs) {
    const skip = groupClients[classic[0]].skip || groupClients[consumer[0]].skip;
    test(`${classic.join(' ')} to ${consumer.join(' ')} and back`, { skip }, async () => {
      const topic = await scene.createTopic(target.topicName('orders'));
      const groupId = target.topicName('readers');
      const everyone: Member[] = [];
      const present: Member[] = [];
      const written: string[] = [];

      const join = async (protocol: MemberOptions['protocol']): Promise<void> => {
        const [client, assignor] = protocol === 'classic' ? classic : consumer;
        const { bootstrapServers } = target;
        const options = { bootstrapServers, groupId, topics: [topic], protocol, assignor };
        const member = scene.keep(await groupClients[client].start(options));
        everyone.push(member);
        present.push(member);
      };
      const leaveFirst = (): Promise<void> => must(present.shift()).leave();
      const check = async (shares: readonly number[], type: string): Promise<void> => {
        await scene.untilSettled(groupId, present, shares);
        written.push(...(await scene.write(topic, `${everyone.length}/${present.length}`)));
        await untilRead(everyone, written);
        assert.equal(await groupType(groupId), type);
      };

      await join('classic');
      await join('classic');
      await check([2, 2], 'classic');
      for (const [to, passing] of [
        ['consumer', 'consumer'],
        ['classic', 'consumer'],
      ] as const) {
        await join(to);
        await check([2, 1, 1], passing);
        await leaveFirst();
        await check([2, 2], passing);
        await join(to);
        await check([2, 1, 1], passing);
        await leaveFirst();
        await check([2, 2], to);
      }
      const isOnce = classic[0] !== 'platformatic' && consumer[0] !== 'platformatic';
      const read = readBy(everyone);
      assert.deepEqual(isOnce ? read : [...new Set(read)], written.toSorted());
      await scene.end(present);
    });
  }
});

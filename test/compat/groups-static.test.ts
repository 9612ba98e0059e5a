/**
 * Goal: static members (KIP-345) restart one after the other without a rebalance. Method: three members with a
 * `group.instance.id` each end and come back in turn, while records are written; the others are told nothing,
 * and who comes back has what it had.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { GroupScene, readBy, untilRead } from './group-scene.ts';
import { groupClients } from './members/clients.ts';
import { type MemberOptions, until } from './members/member.ts';
import { MemberProcess } from './members/member-process.ts';
import { startTarget, type Target } from './target.ts';

const kinds: readonly [MemberOptions['protocol'], assignor: string][] = [
  ['classic', 'range'],
  ['classic', 'cooperative-sticky'],
  ['consumer', 'uniform'],
];

describe('static members restart without a rebalance', { concurrency: 4 }, () => {
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

  /** Answers what was read by all of them together, and what was written. */
  async function restartEach(
    start: (common: Omit<MemberOptions, 'protocol'>) => MemberProcess,
    end: (member: MemberProcess) => Promise<void>,
  ): Promise<{ read: string[]; written: string[] }> {
    const topic = await scene.createTopic(target.topicName('orders'));
    const groupId = target.topicName('readers');
    const startOne = (instance: number): MemberProcess =>
      scene.keep(
        start({
          bootstrapServers: target.bootstrapServers,
          groupId,
          topics: [topic],
          instanceId: `instance-${instance}`,
        }),
      );
    const members = [0, 1, 2].map(startOne);
    await scene.untilSettled(groupId, members, [2, 1, 1]);
    const everyone = [...members];
    const written = await scene.write(topic, 'first');
    await untilRead(everyone, written);
    const told = members.map(({ assignmentCount }) => assignmentCount);
    for (const [i, member] of members.entries()) {
      const { partitions } = member;
      await end(member);
      written.push(...(await scene.write(topic, `while ${i} is away`)));
      const again = startOne(i);
      members[i] = again;
      everyone.push(again);
      await until(() => again.partitions.length > 0);
      await untilRead(everyone, written);
      assert.deepEqual(again.partitions, partitions, 'it has what it had');
      const others = members.map(({ assignmentCount }, j) => (j <= i ? told[j] : assignmentCount));
      assert.deepEqual(others, told, 'the others are told nothing');
    }
    assert.deepEqual(
      members.map(({ assignmentCount }) => assignmentCount),
      [1, 1, 1],
    );
    await scene.end(members);
    return { read: readBy(everyone), written: written.toSorted() };
  }

  for (const [protocol, assignor] of kinds) {
    const { skip } = groupClients['kafka-crab'];
    test(`kafka-crab, ${protocol}, ${assignor}`, { skip }, async () => {
      const { read, written } = await restartEach(
        (common) => MemberProcess.start('kafka-crab', { ...common, protocol, assignor }),
        (member) => member.leave(),
      );
      assert.deepEqual(read, written, 'each record once');
    });
  }

  // It takes its leave also when it is static, so that it must be killed.
  test('platformatic, classic, killed', async () => {
    const { read, written } = await restartEach(
      (common) => MemberProcess.start('platformatic', { ...common, protocol: 'classic' }),
      (member) => member.kill(),
    );
    // What it fetches while it joins it may read twice, from Apache Kafka as well.
    assert.deepEqual([...new Set(read)], written);
  });
});

/**
 * Goal: who subscribes to a regular expression reads the topics that match it. Method: topics come and go while
 * members with a pattern read: librdkafka matches by its refreshed metadata (classic) or has the broker match
 * (KIP-848), kafkajs matches when it subscribes.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { GroupScene, readBy, untilRead, untilShared } from './group-scene.ts';
import { groupClients } from './members/clients.ts';
import { type Member, type MemberOptions, until } from './members/member.ts';
import type { GroupClientName } from './members/own-clients.ts';
import { startTarget, type Target } from './target.ts';

describe('members subscribe to a regular expression', { concurrency: 3 }, () => {
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

  async function startMembers(
    client: GroupClientName,
    protocol: MemberOptions['protocol'],
    pattern: string,
  ): Promise<Member[]> {
    const { bootstrapServers } = target;
    const groupId = target.topicName('readers');
    const options = { bootstrapServers, groupId, topics: [pattern], protocol };
    return Promise.all(
      [0, 1].map(async () => scene.keep(await groupClients[client].start(options))),
    );
  }

  test('kafkajs, classic: the topics that match at its start', async () => {
    const prefix = target.topicName('ipl');
    const topics = await Promise.all([1, 2].map((i) => scene.createTopic(`${prefix}.${i}`)));
    await scene.createTopic(`not.${prefix}`);
    const members = await startMembers('kafkajs', 'classic', `^${prefix}.*`);
    await untilShared(members, [4, 4], 2);
    const written = (await Promise.all(topics.map((topic) => scene.write(topic, topic)))).flat();
    await scene.write(`not.${prefix}`, 'other');
    await untilRead(members, written);
    assert.deepEqual(readBy(members), written.toSorted());
    await scene.end(members);
  });

  for (const protocol of ['classic', 'consumer'] as const) {
    test(
      `kafka-crab, ${protocol}: topics that match come and go`,
      { skip: groupClients['kafka-crab'].skip },
      async () => {
        const prefix = target.topicName('ipl');
        const first = await scene.createTopic(`${prefix}.1`);
        await scene.createTopic(`not.${prefix}`);
        const members = await startMembers('kafka-crab', protocol, `^${prefix}.*`);
        await untilShared(members, [2, 2]);
        const written = await scene.write(first, 'first');
        await untilRead(members, written);

        const second = await scene.createTopic(`${prefix}.2`);
        await untilShared(members, [4, 4], 2);
        written.push(...(await scene.write(second, 'second')));
        await scene.write(`not.${prefix}`, 'other');
        await untilRead(members, written);
        // Each classic member finds the topic by itself, and has the group share anew, maybe after records came.
        assert.deepEqual([...new Set(readBy(members))], written.toSorted());

        await scene.admin.deleteTopics({ topics: [first] });
        await until(() =>
          members.every(({ partitions }) => partitions.every((one) => one.startsWith(second))),
        );
        await untilShared(members, [2, 2]);
        await scene.end(members);
      },
    );
  }
});

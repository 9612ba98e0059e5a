/**
 * Goal: members of other people's clients and members of our own client share the partitions of a topic.
 * Method: one of each in a group; whoever leads it shares by an assignor that both know.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, createClient } from '../../src/client/client.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { GroupScene } from './group-scene.ts';
import { groupClients } from './members/clients.ts';
import { type Member, type MemberOptions, until } from './members/member.ts';
import { startTarget, type Target } from './target.ts';

/** What the test asks of a member. */
type Reader = Pick<Member, 'values' | 'leave'>;

const classic = { protocol: 'classic' } as const;

describe('a group of members of several clients', { concurrency: 3 }, () => {
  let target: Target;
  let scene: GroupScene;
  let client: Client;

  before(async () => {
    target = await startTarget({ storage: 'memory' });
    scene = new GroupScene(target.bootstrapServers);
    client = createClient({ bootstrapServers: target.bootstrapServers }, createNodeRuntime());
  });
  after(async () => {
    await scene.close();
    client.close();
    await target.stop();
  });

  async function startOurs({ groupId, topics }: MemberOptions): Promise<Reader> {
    const member = client.groupConsumer({ groupId, topics, heartbeatIntervalMs: 50 });
    const values: string[] = [];
    const read = async (): Promise<void> => {
      for await (const batch of member.records()) {
        for (const { value } of batch) values.push(String(Buffer.from(value ?? [])));
        member.processed(batch);
      }
    };
    const ended = read();
    return {
      values,
      leave() {
        member.stop();
        return ended;
      },
    };
  }

  /** How many partitions each member has, once there are two and they have all. */
  async function shares(groupId: string): Promise<number[]> {
    let sizes: number[] = [];
    await until(
      async () => {
        const [group] = await client.admin.describeGroups([groupId]);
        if (group === undefined || 'error' in group || group.value.state !== 'Stable') return false;
        sizes = group.value.members.map(({ assignment }) => assignment.length);
        return sizes.length === 2 && sizes.reduce((sum, size) => sum + size, 0) === 4;
      },
      () => sizes,
    );
    return sizes;
  }

  for (const [name, { skip, start }] of Object.entries(groupClients)) {
    const startOther = async (options: MemberOptions): Promise<Reader> =>
      scene.keep(await start(options));
    for (const order of ['ours first', `${name} first`]) {
      test(
        `ours and ${name}, ${order}: each has half, and each record is read by one of them`,
        { skip },
        async () => {
          const topic = await scene.createTopic(target.topicName('shared'));
          const groupId = target.topicName('group');
          const { bootstrapServers } = target;
          const options = { ...classic, bootstrapServers, groupId, topics: [topic] };
          const inOrder =
            order === 'ours first' ? [startOurs, startOther] : [startOther, startOurs];
          const readers: Reader[] = [];
          for (const startOne of inOrder) readers.push(await startOne(options));
          assert.deepEqual(await shares(groupId), [2, 2]);
          const written = await scene.write(topic, 'first');
          await until(
            () => readers.flatMap(({ values }) => values).length >= written.length,
            () => readers.map(({ values }) => values),
          );
          await Promise.all(readers.map((reader) => reader.leave()));
          assert.deepEqual(readers.flatMap(({ values }) => values).toSorted(), written);
        },
      );
    }
  }
});

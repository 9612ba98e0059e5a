import { isDeepStrictEqual } from 'node:util';
import {
  Admin,
  ConfigResourceTypes,
  IncrementalAlterConfigOperationTypes,
  Producer,
} from '@platformatic/kafka';
import { type Client, createClient } from '../../src/client/client.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { clientOptions } from './client-records.ts';
import { type Member, until } from './members/member.ts';
import { MemberProcess } from './members/member-process.ts';

/** Topics, what is written to them, and the members that read it; closed with the test. */
export class GroupScene {
  readonly admin: Admin;
  readonly #producer: Producer;
  readonly #client: Client;
  readonly #members = new Set<Member>();

  constructor(bootstrapServers: string) {
    this.admin = new Admin(clientOptions({ bootstrapServers }));
    this.#producer = new Producer(clientOptions({ bootstrapServers }));
    this.#client = createClient({ bootstrapServers }, createNodeRuntime());
  }

  async createTopic(topic: string, partitions = 4): Promise<string> {
    await this.admin.createTopics({ topics: [topic], partitions, replicas: 1 });
    // Apache Kafka's brokers learn of it a moment later.
    await until(async () => (await this.admin.listTopics()).includes(topic));
    return topic;
  }

  /** `consumer.session.timeout.ms` of a group with the next generation protocol. */
  async setSessionTimeout(groupId: string, timeoutMs: number): Promise<void> {
    const config = {
      name: 'consumer.session.timeout.ms',
      configOperation: IncrementalAlterConfigOperationTypes.SET,
      value: String(timeoutMs),
    };
    await this.admin.incrementalAlterConfigs({
      resources: [
        { resourceType: ConfigResourceTypes.GROUP, resourceName: groupId, configs: [config] },
      ],
    });
  }

  /** Writes ten records to each of four partitions; answers their values, `word:partition:number`. */
  async write(topic: string, word: string): Promise<string[]> {
    const values = Array.from({ length: 40 }, (_, i) => `${word}:${i % 4}:${i}`);
    const messages = values.map((value, i) => ({
      topic,
      partition: i % 4,
      value: Buffer.from(value),
    }));
    await this.#producer.send({ messages });
    return values.toSorted();
  }

  /**
   * Waits until `members`, no more and no less, have four partitions, so many each, in the eyes of the group's
   * coordinator as in their own, and it has nothing more to say to them: a member that is to join again may read
   * what it has read before.
   */
  async untilSettled(
    groupId: string,
    members: readonly Member[],
    counts: readonly number[],
  ): Promise<void> {
    await until(
      async () => {
        const [group] = await this.#client.admin.describeGroups([groupId]);
        if (group === undefined || 'error' in group || group.value.state !== 'Stable') return false;
        const shares = group.value.members.map(({ assignment }) => assignment.length);
        return areShared(members, counts) && isDeepStrictEqual(descending(shares), counts);
      },
      async () => ({
        theirs: members.map(({ partitions }) => partitions),
        coordinators: await this.#client.admin.describeGroups([groupId]),
      }),
    );
  }

  /** Remembers a member, to be closed at the end if it does not leave before. */
  keep<Kind extends Member>(member: Kind): Kind {
    this.#members.add(member);
    return member;
  }

  /**
   * Ends members that no test needs any more. Those in processes of their own say nothing to their group: of
   * librdkafka's, one that is given partitions while it takes its leave never comes to do so.
   */
  async end(members: Iterable<Member>): Promise<void> {
    const ending = [...members];
    for (const member of ending) this.#members.delete(member);
    await Promise.allSettled(
      ending.map((member) => (member instanceof MemberProcess ? member.kill() : member.leave())),
    );
  }

  async close(): Promise<void> {
    await this.end(this.#members);
    await Promise.all([this.admin.close(), this.#producer.close()]);
    this.#client.close();
  }
}

/** What all of them have read, sorted. */
export const readBy = (members: readonly Member[]): string[] =>
  members.flatMap(({ values }) => values).toSorted();

/** Waits until each of `values` has been read by one of them, at least. */
export async function untilRead(
  members: readonly Member[],
  values: readonly string[],
): Promise<void> {
  await until(
    () => {
      const read = new Set(members.flatMap((member) => member.values));
      return values.every((value) => read.has(value));
    },
    () => members.map(({ partitions, values: read }) => ({ partitions, read })),
  );
}

/** Waits until `members` have the partitions of `topics`, four each, so many each, and none twice. */
export async function untilShared(
  members: readonly Member[],
  counts: readonly number[],
  topics = 1,
): Promise<void> {
  await until(
    () => areShared(members, counts, topics),
    () => members.map(({ partitions }) => partitions),
  );
}

function areShared(members: readonly Member[], counts: readonly number[], topics = 1): boolean {
  const all = new Set(members.flatMap(({ partitions }) => partitions));
  const shares = members.map(({ partitions }) => partitions.length);
  return all.size === 4 * topics && isDeepStrictEqual(descending(shares), counts);
}

const descending = (shares: readonly number[]): number[] => shares.toSorted((a, b) => b - a);

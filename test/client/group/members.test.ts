/**
 * Goal: members of one group share a topic whatever comes between: they join, leave, die and are cut off, the broker
 * restarts, partitions are added. Each record is read, none twice without need, and the offsets end where the log does.
 * Method: a whole broker and members on hosts of a simulation, by every way of sharing, while records are written
 * all the time.
 */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { createClient, type Client } from '../../../src/client/client.ts';
import type { GroupConsumer } from '../../../src/client/group/group-consumer.ts';
import type { GroupConsumerOptions } from '../../../src/client/group/group-consumer-options.ts';
import { SimulatedBroker } from '../../broker/simulated-broker.ts';
import { propertySeeds } from '../property-seeds.ts';
import { bytesOf, textOf } from '../simulated-client.ts';

const topic = 't';
const groupId = 'g';
/** A member that is not heard of for so long is none any more. */
const sessionTimeoutMs = 6000;

/** The ways of sharing partitions. */
const ways: Readonly<Record<string, Partial<GroupConsumerOptions>>> = {
  range: { assignors: ['range'] },
  roundrobin: { assignors: ['roundrobin'] },
  'cooperative-sticky': { assignors: ['cooperative-sticky'] },
  'the coordinator': { protocol: 'consumer' },
};

class Member {
  readonly values: string[] = [];
  readonly consumer: GroupConsumer;
  readonly client: Client;
  readonly ended: Promise<void>;

  constructor(consumer: GroupConsumer, client: Client) {
    this.consumer = consumer;
    this.client = client;
    this.ended = this.#read();
    this.ended.catch(() => {});
  }

  async #read(): Promise<void> {
    for await (const batch of this.consumer.records()) {
      this.values.push(...batch.map(({ value }) => textOf(value)));
      this.consumer.processed(batch);
    }
  }
}

class World {
  readonly broker: SimulatedBroker;
  readonly members = new Map<string, Member>();
  readonly written: string[] = [];
  isWriting = true;
  readonly #admin: Client;
  readonly #options: Partial<GroupConsumerOptions>;
  #partitions = 4;

  private constructor(broker: SimulatedBroker, options: Partial<GroupConsumerOptions>) {
    this.broker = broker;
    this.#options = options;
    this.#admin = broker.client();
  }

  static async start(options: Partial<GroupConsumerOptions>): Promise<World> {
    const config = {
      'offsets.topic.num.partitions': 1,
      'group.initial.rebalance.delay.ms': 0,
      'group.consumer.heartbeat.interval.ms': 1000,
      'group.consumer.min.heartbeat.interval.ms': 1000,
      'group.consumer.session.timeout.ms': sessionTimeoutMs,
      'group.consumer.min.session.timeout.ms': sessionTimeoutMs,
    };
    const broker = await SimulatedBroker.start({ config, seed: propertySeeds()[0] ?? 1 });
    await broker.createTopic(topic, { partitions: 4 });
    const world = new World(broker, options);
    void world.#write();
    return world;
  }

  /** A record for each partition about ten times a second. */
  async #write(): Promise<void> {
    const producer = this.#admin.producer();
    for (let turn = 0; this.isWriting; turn++) {
      for (let partition = 0; partition < this.#partitions; partition++) {
        const value = `${partition}/${turn}`;
        this.written.push(value);
        await producer.send({ topic, partition, value: bytesOf(value) });
      }
      await new Promise<void>((resolve) => this.broker.simulation.after(100, resolve));
    }
  }

  join(host: string, options: Partial<GroupConsumerOptions> = {}): Member {
    const runtime = this.broker.simulation.runtime(host);
    const client = createClient({ bootstrapServers: 'broker:9092', clientId: host }, runtime);
    const consumer = client.groupConsumer({
      groupId,
      topics: [topic],
      sessionTimeoutMs,
      heartbeatIntervalMs: 1000,
      autoCommitIntervalMs: 500,
      topicsRefreshMs: 1000,
      ...this.#options,
      ...options,
    });
    const member = new Member(consumer, client);
    this.members.set(host, member);
    return member;
  }

  async addPartitions(count: number): Promise<void> {
    await this.broker.complete(this.#admin.admin.createPartitions([{ name: topic, count }]));
    this.#partitions = count;
  }

  async leave(host: string): Promise<void> {
    const member = this.members.get(host) as Member;
    member.consumer.stop();
    await this.broker.complete(member.ended);
  }

  async pass(durationMs: number): Promise<void> {
    await this.broker.simulation.runFor(durationMs);
  }

  /** Lets time go by until these hosts have all partitions, each one of them once, in even shares. */
  async settled(...hosts: string[]): Promise<void> {
    const all = Array.from({ length: this.#partitions }, (_, partition) => partition);
    const isSettled = (): boolean => {
      const shares = hosts.map((host) => this.members.get(host)?.consumer.partitions ?? []);
      const sizes = shares.map(({ length }) => length);
      const owned = shares.flat().map(({ partition }) => partition);
      const isEven = Math.max(...sizes) - Math.min(...sizes) <= 1;
      return isEven && owned.toSorted((x, y) => x - y).join() === all.join();
    };
    await this.broker.simulation.run(isSettled, { limitMs: 120_000 });
  }

  /** Ends all; answers how often each record was read, most often first. */
  async end(...hosts: string[]): Promise<number[]> {
    this.isWriting = false;
    await this.pass(3000);
    for (const host of hosts) await this.leave(host);
    const counts = new Map(this.written.map((value) => [value, 0]));
    for (const { values } of this.members.values()) {
      for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const offsets = await this.broker.complete(this.#admin.admin.listGroupOffsets(groupId));
    const ends = await this.broker.complete(
      this.#admin.admin.listOffsets(
        offsets.map(({ partition }) => ({ topic, partition, timestampMs: -1 })),
      ),
    );
    deepStrictEqual(
      offsets.map(({ offset }) => offset),
      ends.map(({ offset }) => offset),
      'what is committed is where the logs end',
    );
    strictEqual(offsets.length, this.#partitions);
    return [...counts.values()].toSorted((a, b) => b - a);
  }
}

for (const [way, options] of Object.entries(ways)) {
  test(`shared by ${way}: members come and go, partitions are added, and each record is read once`, async () => {
    const world = await World.start(options);
    world.join('a');
    await world.settled('a');
    world.join('b');
    world.join('c');
    await world.settled('a', 'b', 'c');
    await world.pass(2000);
    await world.leave('b');
    await world.settled('a', 'c');
    await world.addPartitions(6);
    await world.settled('a', 'c');
    world.join('d');
    await world.settled('a', 'c', 'd');
    await world.leave('a');
    await world.settled('c', 'd');
    const counts = await world.end('c', 'd');
    deepStrictEqual([counts[0], counts.at(-1)], [1, 1]);
  });

  test(`shared by ${way}: what a dead member had is read by others, from its last commit on`, async () => {
    const world = await World.start(options);
    for (const host of ['a', 'b']) world.join(host);
    await world.settled('a', 'b');
    await world.pass(3000);
    world.broker.simulation.crash('a');
    await world.settled('b');
    const counts = await world.end('b');
    strictEqual(counts.at(-1), 1, 'nothing was lost');
    // Between two commits there are some records of each of two partitions.
    ok(counts.filter((count) => count > 1).length <= 30);
  });

  test(`shared by ${way}: a member that was cut off comes back as a new one`, async () => {
    const world = await World.start({ ...options, giveUpAfterMs: 0 });
    for (const host of ['a', 'b']) world.join(host);
    await world.settled('a', 'b');
    world.broker.simulation.cut('a', 'broker');
    await world.pass(3 * sessionTimeoutMs);
    await world.settled('b');
    world.broker.simulation.heal('a', 'broker');
    await world.settled('a', 'b');
    const counts = await world.end('a', 'b');
    strictEqual(counts.at(-1), 1, 'nothing was lost');
  });

  test(`shared by ${way}: the broker restarts, and the group goes on where it was`, async () => {
    const world = await World.start({ ...options, giveUpAfterMs: 0 });
    for (const host of ['a', 'b']) world.join(host);
    await world.settled('a', 'b');
    await world.pass(2000);
    await world.broker.restart();
    await world.pass(2000);
    await world.settled('a', 'b');
    const counts = await world.end('a', 'b');
    strictEqual(counts.at(-1), 1, 'nothing was lost');
  });
}

test('a static member that restarts keeps its partitions, and the group does not rebalance', async () => {
  for (const way of ['range', 'the coordinator']) {
    const world = await World.start(ways[way] ?? {});
    world.join('a', { instanceId: 'a' });
    world.join('b', { instanceId: 'b' });
    await world.settled('a', 'b');
    const before = world.members.get('b')?.consumer.partitions;
    const read = world.members.get('a')?.values ?? [];
    await world.leave('a');
    await world.pass(1000);
    world.join('a', { instanceId: 'a' });
    await world.settled('a', 'b');
    deepStrictEqual(world.members.get('b')?.consumer.partitions, before, way);
    world.members.get('a')?.values.push(...read);
    const counts = await world.end('a', 'b');
    deepStrictEqual([counts[0], counts.at(-1)], [1, 1], way);
  }
});

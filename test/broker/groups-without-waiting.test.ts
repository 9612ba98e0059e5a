/**
 * Goal: with the defaults of an embedded broker groups settle without waiting: whoever tests does not notice them.
 * Method: a whole broker with these defaults and members on hosts of their own, in virtual time. What passes is
 * the broker's waiting and up to a millisecond on the network each way, so that the bounds mean the same on every
 * machine. The network is listened to for when members ask. `npm run bench -- groups` measures the same on the
 * real clock.
 */
import { deepStrictEqual, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { embeddedDefaults } from '../../src/broker/embedded-defaults.ts';
import { createClient } from '../../src/client/client.ts';
import type { GroupConsumer } from '../../src/client/group/group-consumer.ts';
import type { GroupConsumerOptions } from '../../src/client/group/group-consumer-options.ts';
import { must } from '../../src/util/assert.ts';
import { propertySeeds } from '../client/property-seeds.ts';
import { bytesOf } from '../client/simulated-client.ts';
import { SimulatedBroker } from './simulated-broker.ts';
import { WatchedRequests } from './watched-requests.ts';

const topic = 't';
const partitionCount = 6;
const seeds = propertySeeds();
/** What is sent so much later comes later, most of the time. */
const onTheWayMs = 1;

/** A way of sharing partitions, and the requests with which its members join and show that they are there. */
interface Way {
  readonly join: string;
  readonly heartbeat: string;
  readonly options: Partial<GroupConsumerOptions>;
}

const classic = { join: 'JoinGroup', heartbeat: 'Heartbeat' };
const ways: Readonly<Record<string, Way>> = {
  'the classic protocol': { ...classic, options: { assignors: ['range'] } },
  'the classic protocol, cooperatively': {
    ...classic,
    options: { assignors: ['cooperative-sticky'] },
  },
  'the consumer protocol': {
    join: 'ConsumerGroupHeartbeat',
    heartbeat: 'ConsumerGroupHeartbeat',
    options: { protocol: 'consumer' },
  },
};

class Member {
  readonly requests: WatchedRequests;
  readonly consumer: GroupConsumer;
  readonly ended: Promise<void>;
  firstReadMs: number | undefined;

  constructor(broker: SimulatedBroker, host: string, { options }: Way) {
    const { simulation } = broker;
    this.requests = new WatchedRequests({ nowMs: () => simulation.elapsedMs });
    const client = createClient(
      { bootstrapServers: 'broker:9092', clientId: host },
      this.requests.around(simulation.runtime(host)),
    );
    this.consumer = client.groupConsumer({ groupId: 'g', topics: [topic], ...options });
    this.ended = this.#read(() => simulation.elapsedMs).finally(() => client.close());
  }

  async #read(nowMs: () => number): Promise<void> {
    for await (const batch of this.consumer.records()) {
      this.firstReadMs ??= nowMs();
      this.consumer.processed(batch);
    }
  }
}

/** A broker as `createBroker` starts one, and a topic with a record in each partition. */
class World {
  readonly broker: SimulatedBroker;
  readonly #way: Way;

  private constructor(broker: SimulatedBroker, way: Way) {
    this.broker = broker;
    this.#way = way;
  }

  static async start(way: Way, seed: number): Promise<World> {
    const broker = await SimulatedBroker.start({ config: embeddedDefaults({}), seed });
    await broker.createTopic(topic, { partitions: partitionCount });
    const client = broker.client();
    const producer = client.producer();
    const sends = Array.from({ length: partitionCount }, (_, partition) =>
      producer.send({ topic, partition, value: bytesOf('here') }),
    );
    await broker.complete(Promise.all(sends));
    await broker.complete(producer.close());
    client.close();
    return new World(broker, way);
  }

  get nowMs(): number {
    return this.broker.simulation.elapsedMs;
  }

  member(host: string): Member {
    return new Member(this.broker, host, this.#way);
  }

  /** Lets time go by until these members, and they alone, share all partitions evenly. Answers when. */
  async settled(members: readonly Member[]): Promise<number> {
    const share = partitionCount / members.length;
    await this.broker.simulation.run(() =>
      members.every(({ consumer }) => consumer.partitions.length === share),
    );
    return this.nowMs;
  }

  async end(members: readonly Member[]): Promise<void> {
    for (const { consumer } of members) consumer.stop();
    await this.broker.complete(Promise.all(members.map(({ ended }) => ended)));
    await this.broker.complete(this.broker.running.stop());
  }

  /** Members that have shared the partitions for a while. */
  async settledGroup(count: number): Promise<Member[]> {
    const members: Member[] = [];
    for (let i = 0; i < count; i++) {
      members.push(this.member(`m${i}`));
      await this.broker.simulation.runFor(3);
    }
    await this.settled(members);
    await this.broker.simulation.runFor(5000 + this.broker.simulation.random.below(3000));
    return members;
  }
}

for (const [name, way] of Object.entries(ways)) {
  describe(`with the defaults of an embedded broker, by ${name}`, () => {
    for (const seed of seeds) {
      test(`the first member reads within 50 ms of its join (seed ${seed})`, async () => {
        const world = await World.start(way, seed);
        const member = world.member('m');
        await world.broker.simulation.run(() => member.firstReadMs !== undefined);
        assertWithin(50, must(member.firstReadMs) - joinedMs(member, way));
        await world.end([member]);
      });

      test(`three members that start within 20 ms settle within 100 ms (seed ${seed})`, async () => {
        const world = await World.start(way, seed);
        const startMs = world.nowMs;
        const members = [world.member('m0')];
        for (const host of ['m1', 'm2']) {
          await world.broker.simulation.runFor(10);
          members.push(world.member(host));
        }
        assertWithin(100, (await world.settled(members)) - startMs);
        if (way.join === 'JoinGroup') {
          // One generation: each asked for its id, and joined once.
          const joins = members.map(({ requests }) => requests.countOf('JoinGroup'));
          deepStrictEqual(joins, [2, 2, 2]);
        }
        await world.end(members);
      });

      test(`once one joins and the others have sent their heartbeat, all is done within 50 ms (seed ${seed})`, async () => {
        const world = await World.start(way, seed);
        const others = await world.settledGroup(2);
        const late = world.member('late');
        const all = [...others, late];
        const doneMs = await world.settled(all);
        // Cooperatively there are two rounds, and who need not give up anything learns of the second by a heartbeat.
        const isInTwoRounds = way.options.assignors?.[0] === 'cooperative-sticky';
        const heardMs = isInTwoRounds
          ? Math.max(...all.map(({ requests }) => requests.lastOf(way.heartbeat) ?? 0))
          : lastFirstHeartbeat(others, way, joinedMs(late, way) + onTheWayMs);
        assertWithin(50, doneMs - heardMs);
        await world.end([...others, late]);
      });

      test(`once one has left and the others have sent their heartbeat, all is done within 50 ms (seed ${seed})`, async () => {
        const world = await World.start(way, seed);
        const [first, ...others] = await world.settledGroup(3);
        must(first).consumer.stop();
        await world.broker.complete(must(first).ended);
        const sinceMs = world.nowMs;
        const doneMs = await world.settled(others);
        assertWithin(50, doneMs - lastFirstHeartbeat(others, way, sinceMs));
        await world.end(others);
      });
    }
  });
}

/** When a member asked to be one; in the classic protocol it is only given its id at first. */
function joinedMs({ requests }: Member, { join }: Way): number {
  const joins = requests.sent.filter(({ api }) => api === join);
  return must(joins[join === 'JoinGroup' ? 1 : 0]).atMs;
}

/** When the last of these members sent its first heartbeat after `sinceMs`. */
function lastFirstHeartbeat(members: readonly Member[], way: Way, sinceMs: number): number {
  return Math.max(...members.map(({ requests }) => must(requests.firstOf(way.heartbeat, sinceMs))));
}

function assertWithin(boundMs: number, tookMs: number): void {
  ok(tookMs >= 0 && tookMs <= boundMs, `${tookMs.toFixed(1)} ms`);
}

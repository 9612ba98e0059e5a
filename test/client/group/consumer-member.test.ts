/**
 * Goal: a member of a group of the next generation (KIP-848) keeps to the protocol: it says what it must, gives up
 * before it takes, and never stays behind.
 * Method: one member on simulated time, and a coordinator whose answers the test gives.
 */
import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupConsumerOptions } from '../../../src/client/group/group-consumer-options.ts';
import { errorCodes } from '../../../src/protocol/error-codes.ts';
import { buildBatch } from '../../../src/records/batch-builder.ts';
import { hasCode } from '../../../src/util/odradek-error.ts';
import type { FakeRequest } from '../fake-broker.ts';
import { bytesOf, simulatedClient, type SimulatedClient, textOf } from '../simulated-client.ts';
import { FakeCoordinator } from './fake-coordinator.ts';

const topicId = 'TTTTTTTTTTTTTTTTTTTTTQ';
const heartbeatMs = 100;

class World {
  readonly sim: SimulatedClient;
  readonly coordinator: FakeCoordinator;
  readonly values: string[] = [];
  /** What the next heartbeat is answered with, beside that all is well. */
  next: object = {};
  #memberEpoch = 0;

  constructor(sim: SimulatedClient) {
    this.sim = sim;
    this.coordinator = new FakeCoordinator(sim.broker);
    sim.broker.topicIds.set('t', topicId);
    sim.broker.scripts.unshift(({ api, body }) =>
      api === 'ConsumerGroupHeartbeat' ? this.#onHeartbeat(body) : undefined,
    );
  }

  static async start(): Promise<World> {
    return new World(await simulatedClient({ t: 2 }));
  }

  #onHeartbeat(body: Record<string, unknown>): object {
    const asked = body['memberEpoch'] as number;
    if (asked === 0) this.#memberEpoch++;
    const memberEpoch = asked < 0 ? asked : this.#memberEpoch;
    const answer = { errorCode: 0, memberEpoch, heartbeatIntervalMs: heartbeatMs, ...this.next };
    this.next = {};
    return answer;
  }

  /** The next answer assigns these partitions. */
  assign(...partitions: number[]): void {
    const topicPartitions = partitions.length === 0 ? [] : [{ topicId, partitions }];
    this.#memberEpoch++;
    this.next = { memberEpoch: this.#memberEpoch, assignment: { topicPartitions } };
  }

  get heartbeats(): readonly FakeRequest[] {
    return this.sim.broker.requestsOf('ConsumerGroupHeartbeat');
  }

  /** The partitions that the member said to own, the last time it said so. */
  get owned(): unknown {
    const said = this.heartbeats
      .map(({ body }) => body['topicPartitions'] as { partitions: number[] }[] | null)
      .findLast((owned) => owned !== null);
    return said?.flatMap(({ partitions }) => partitions);
  }

  begin(options: Partial<GroupConsumerOptions> = {}): {
    stop(): Promise<void>;
    ended: Promise<void>;
  } {
    const consumer = this.sim.client.groupConsumer({
      groupId: 'g',
      topics: ['t'],
      protocol: 'consumer',
      autoCommitIntervalMs: 0,
      ...options,
    });
    const read = async (): Promise<void> => {
      for await (const batch of consumer.records()) {
        this.values.push(...batch.map(({ value }) => textOf(value)));
        consumer.processed(batch);
      }
    };
    const ended = read();
    ended.catch(() => {});
    const stop = (): Promise<void> => {
      consumer.stop();
      return this.sim.complete(ended);
    };
    return { stop, ended };
  }

  write(partition: number, value: string): void {
    this.sim.broker.append(buildBatch([{ value: bytesOf(value) }]), 't', partition);
  }

  async pass(durationMs = 5 * heartbeatMs): Promise<void> {
    await this.sim.simulation.runFor(durationMs);
  }
}

test('a member joins with all that it has to say, takes what it is given and says so', async () => {
  const world = await World.start();
  world.write(0, 'a');
  world.write(1, 'b');
  world.assign(0, 1);
  const member = world.begin();
  await world.pass();
  const [join, told, still] = world.heartbeats.map(({ body }) => body);
  deepStrictEqual(
    [join?.['memberEpoch'], join?.['subscribedTopicNames'], join?.['topicPartitions']],
    [0, ['t'], []],
  );
  strictEqual(join?.['rebalanceTimeoutMs'], 300_000);
  deepStrictEqual(told?.['topicPartitions'], [{ topicId, partitions: [0, 1] }]);
  deepStrictEqual([still?.['subscribedTopicNames'], still?.['topicPartitions']], [null, null]);
  deepStrictEqual(world.values.toSorted(), ['a', 'b']);
  await member.stop();
  strictEqual(world.heartbeats.at(-1)?.body['memberEpoch'], -1);
  strictEqual(world.coordinator.committed.get('t-0'), 1);
});

test('what goes to others is committed and given up before it is said to be', async () => {
  const world = await World.start();
  world.write(1, 'b');
  world.assign(0, 1);
  const member = world.begin();
  await world.pass();
  strictEqual(world.coordinator.committed.size, 0);
  world.assign(0);
  await world.pass();
  strictEqual(world.coordinator.committed.get('t-1'), 1);
  deepStrictEqual(world.owned, [0]);
  const apis = world.sim.broker.requests.map(({ api }) => api);
  const committedAt = apis.lastIndexOf('OffsetCommit');
  const saidAt = world.sim.broker.requests.findLastIndex(
    ({ body }) => Array.isArray(body['topicPartitions']) && body['memberEpoch'] !== 0,
  );
  ok(committedAt < saidAt);
  world.write(1, 'for others');
  world.write(0, 'a');
  await world.pass();
  await member.stop();
  deepStrictEqual(world.values, ['b', 'a']);
});

test('a member that is fenced gives up all and joins again, without a commit', async () => {
  for (const code of [errorCodes.FENCED_MEMBER_EPOCH, errorCodes.UNKNOWN_MEMBER_ID]) {
    const world = await World.start();
    world.write(0, 'a');
    world.assign(0);
    const member = world.begin();
    await world.pass();
    world.next = { errorCode: code };
    await world.pass(1.5 * heartbeatMs);
    world.assign(0);
    await world.pass();
    strictEqual(world.heartbeats.filter(({ body }) => body['memberEpoch'] === 0).length, 2);
    deepStrictEqual(world.values, ['a', 'a'], 'nothing was committed, so it is read again');
    await member.stop();
  }
});

test('after an answer that was lost the member says all again', async () => {
  const world = await World.start();
  world.assign(0);
  const member = world.begin();
  await world.pass();
  world.next = { errorCode: errorCodes.NOT_COORDINATOR };
  await world.pass();
  const refused = world.heartbeats.findIndex(
    ({ body }, index) => index > 1 && body['topicPartitions'] !== null,
  );
  const { body } = world.heartbeats[refused] as FakeRequest;
  deepStrictEqual(
    [body['subscribedTopicNames'], body['topicPartitions']],
    [['t'], [{ topicId, partitions: [0] }]],
  );
  ok(world.sim.broker.requestsOf('FindCoordinator').length >= 2);
  await member.stop();
});

test('what the member is about to take it says to own when it has to say all: nobody else may be given it', async () => {
  const world = await World.start();
  world.coordinator.refuse(
    'OffsetFetch',
    ...Array.from({ length: 30 }, () => errorCodes.COORDINATOR_LOAD_IN_PROGRESS),
  );
  world.assign(0);
  const member = world.begin();
  await world.pass();
  world.next = { errorCode: errorCodes.NOT_COORDINATOR };
  await world.pass();
  deepStrictEqual(world.values, [], 'where it begins is not known yet');
  deepStrictEqual(world.owned, [0]);
  world.write(0, 'a');
  await world.pass(30_000);
  deepStrictEqual([world.values, world.owned], [['a'], [0]]);
  await member.stop();
});

test('a static member leaves for a while, and waits for the one before to be gone', async () => {
  const world = await World.start();
  world.next = { errorCode: errorCodes.UNRELEASED_INSTANCE_ID };
  const member = world.begin({ instanceId: 'i' });
  await world.pass();
  ok(world.heartbeats.length > 2);
  await member.stop();
  const { body } = world.heartbeats.at(-1) as FakeRequest;
  deepStrictEqual([body['memberEpoch'], body['instanceId']], [-2, 'i']);
});

test('what makes no sense to try again ends the reading', async () => {
  for (const errorCode of [errorCodes.GROUP_MAX_SIZE_REACHED, errorCodes.FENCED_INSTANCE_ID]) {
    const world = await World.start();
    world.next = { errorCode };
    const { ended } = world.begin();
    await rejects(
      world.sim.complete(ended),
      (error) => hasCode(error, 'BROKER_REFUSED') && error.details.errorCode === errorCode,
    );
  }
});

test('with an end, a member reads what it is given up to there and leaves; without partitions it leaves soon', async () => {
  const world = await World.start();
  world.write(0, 'a');
  world.assign(0);
  await world.sim.complete(world.begin({ until: { at: 'end' } }).ended);
  deepStrictEqual(world.values, ['a']);
  world.assign();
  await world.sim.complete(world.begin({ until: { at: 'end' } }).ended);
  strictEqual(world.heartbeats.at(-1)?.body['memberEpoch'], -1);
});

test('stopped before the coordinator has answered, the member leaves all the same', async () => {
  const world = await World.start();
  const member = world.begin();
  await world.sim.simulation.run(() => world.heartbeats.length === 1);
  await member.stop();
  deepStrictEqual(
    world.heartbeats.map(({ body }) => body['memberEpoch']),
    [0, -1],
  );
});

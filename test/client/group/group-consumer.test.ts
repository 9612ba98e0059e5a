/**
 * Goal: a member of a classic group keeps to the protocol, whatever its coordinator answers: nothing is lost,
 * nothing is committed that was not dealt with, and it never stays behind in a group.
 * Method: one member on simulated time, and a coordinator that gives what is asked for or the errors of a test.
 * What several members do together is tested with whole brokers.
 */
import { deepStrictEqual, match, ok, rejects, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupConsumer } from '../../../src/client/group/group-consumer.ts';
import type { GroupConsumerOptions } from '../../../src/client/group/group-consumer-options.ts';
import type { ClientOptions } from '../../../src/client/client-options.ts';
import { decodeSubscription } from '../../../src/client/group/consumer-protocol.ts';
import { errorCodes } from '../../../src/protocol/error-codes.ts';
import { buildBatch } from '../../../src/records/batch-builder.ts';
import { hasCode } from '../../../src/util/odradek-error.ts';
import { bytesOf, simulatedClient, type SimulatedClient, textOf } from '../simulated-client.ts';
import { FakeCoordinator } from './fake-coordinator.ts';

/** Longer than a heartbeat and an auto-commit. */
const soonMs = 500;

class World {
  readonly sim: SimulatedClient;
  readonly coordinator: FakeCoordinator;

  constructor(sim: SimulatedClient) {
    this.sim = sim;
    this.coordinator = new FakeCoordinator(sim.broker);
  }

  static async start(
    topics: Readonly<Record<string, number>> = { t: 1 },
    options: Partial<ClientOptions> = {},
  ): Promise<World> {
    return new World(await simulatedClient(topics, options));
  }

  write(...values: string[]): void {
    for (const value of values)
      this.sim.broker.append(buildBatch([{ value: bytesOf(value) }]), 't');
  }

  /** A member that reads until it is told otherwise. */
  member(options: Partial<GroupConsumerOptions> = {}): Member {
    const consumer = this.sim.client.groupConsumer({
      groupId: 'g',
      topics: ['t'],
      heartbeatIntervalMs: 100,
      autoCommitIntervalMs: 100,
      ...options,
    });
    return new Member(consumer, this);
  }

  async pass(durationMs = soonMs): Promise<void> {
    await this.sim.simulation.runFor(durationMs);
  }

  /** The APIs of the group that were asked, each run of the same one once. */
  get asked(): string[] {
    const names = this.sim.broker.requests.map(({ api }) => api);
    return names
      .filter((name) => /Group|Coordinator|^Offset/.test(name))
      .filter((name, index, all) => name !== all[index - 1]);
  }

  get committed(): number | undefined {
    return this.coordinator.committed.get('t-0');
  }
}

class Member {
  readonly values: string[] = [];
  readonly consumer: GroupConsumer;
  /** While it is set, the member is busy with a record. */
  busy: Promise<void> | undefined;
  readonly ended: Promise<void>;
  readonly #world: World;

  constructor(consumer: GroupConsumer, world: World) {
    this.consumer = consumer;
    this.#world = world;
    this.ended = this.#read();
    // Whoever asks for the end is told how it ended.
    this.ended.catch(() => {});
  }

  async #read(): Promise<void> {
    for await (const batch of this.consumer.records()) {
      this.values.push(...batch.map(({ value }) => textOf(value)));
      await this.busy;
      this.consumer.processed(batch);
    }
  }

  stop(): Promise<void> {
    this.consumer.stop();
    return this.end();
  }

  end(): Promise<void> {
    return this.#world.sim.complete(this.ended);
  }
}

test('a member joins, reads, commits what it dealt with, and leaves', async () => {
  const world = await World.start();
  world.write('a', 'b', 'c');
  const member = world.member();
  await world.pass();
  deepStrictEqual(member.values, ['a', 'b', 'c']);
  strictEqual(world.committed, 3);
  await member.stop();
  const { asked } = world;
  deepStrictEqual(asked.slice(0, 4), ['FindCoordinator', 'JoinGroup', 'SyncGroup', 'OffsetFetch']);
  strictEqual(asked.at(-1), 'LeaveGroup');
  // What was on its way arrives.
  await world.pass(10);
  const { length } = world.sim.broker.requests;
  await world.pass(5000);
  strictEqual(world.sim.broker.requests.length, length, 'nothing is asked after the end');
});

test('what was committed is gone on from, and nothing is committed anew that did not change', async () => {
  const world = await World.start();
  world.write('a', 'b', 'c');
  world.coordinator.committed.set('t-0', 2);
  const member = world.member();
  await world.pass(2000);
  await member.stop();
  deepStrictEqual(member.values, ['c']);
  strictEqual(world.sim.broker.requestsOf('OffsetCommit').length, 1);
});

test('where nothing is committed, the member begins where it was told, and commits that place', async () => {
  const world = await World.start();
  world.write('a', 'b');
  const member = world.member({ from: { at: 'end' } });
  await world.pass();
  deepStrictEqual([member.values, world.committed], [[], 2]);
  world.write('c');
  await world.pass();
  await member.stop();
  deepStrictEqual([member.values, world.committed], [['c'], 3]);
});

test('an offset that lies behind the end of the log is of another log: reading begins anew', async () => {
  const world = await World.start();
  world.write('a');
  world.coordinator.committed.set('t-0', 70);
  const member = world.member();
  await world.pass();
  await member.stop();
  deepStrictEqual([member.values, world.committed], [['a'], 1]);
});

test('with an end, the member reads what is there, commits and leaves by itself', async () => {
  const world = await World.start();
  world.write('a', 'b');
  const member = world.member({ until: { at: 'end' } });
  await member.end();
  deepStrictEqual([member.values, world.committed], [['a', 'b'], 2]);
  strictEqual(world.asked.at(-1), 'LeaveGroup');
  const again = world.member({ until: { at: 'end' } });
  await again.end();
  deepStrictEqual(again.values, []);
});

test('of a batch that was not dealt with nothing is committed, however the reading ends', async () => {
  const world = await World.start();
  world.write('a', 'b', 'c');
  const consumer = world.sim.client.groupConsumer({ groupId: 'g', topics: ['t'] });
  const first = async (): Promise<void> => {
    for await (const batch of consumer.records()) {
      consumer.processed(batch.slice(0, 1));
      return;
    }
  };
  await world.sim.complete(first());
  strictEqual(world.committed, 1);
});

test('a coordinator that has moved, is loading or away is looked for anew, for a bounded time', async () => {
  const world = await World.start({ t: 1 }, { operationTimeoutMs: 2000 });
  const { coordinator } = world;
  world.write('a');
  coordinator.refuse('FindCoordinator', errorCodes.COORDINATOR_NOT_AVAILABLE);
  coordinator.refuse('JoinGroup', errorCodes.NOT_COORDINATOR);
  coordinator.refuse('SyncGroup', errorCodes.COORDINATOR_LOAD_IN_PROGRESS);
  coordinator.refuse('OffsetCommit', errorCodes.NOT_COORDINATOR);
  const member = world.member();
  await world.pass(2000);
  deepStrictEqual([member.values, world.committed], [['a'], 1]);
  ok(world.sim.broker.requestsOf('FindCoordinator').length >= 5);
  await member.stop();
  coordinator.refuse('JoinGroup', ...Array<number>(100).fill(errorCodes.NOT_COORDINATOR));
  await rejects(world.member().end(), (error) => hasCode(error, 'TIMED_OUT'));
});

test('what makes no sense to try again ends the reading with what the broker says', async () => {
  for (const [api, code] of [
    ['JoinGroup', errorCodes.INCONSISTENT_GROUP_PROTOCOL],
    ['JoinGroup', errorCodes.GROUP_MAX_SIZE_REACHED],
    ['FindCoordinator', errorCodes.GROUP_AUTHORIZATION_FAILED],
    ['Heartbeat', errorCodes.FENCED_INSTANCE_ID],
    ['OffsetCommit', errorCodes.GROUP_AUTHORIZATION_FAILED],
  ] as const) {
    const world = await World.start();
    world.write('a');
    world.coordinator.refuse(api, code);
    const member = world.member();
    await rejects(
      member.end(),
      (error) => hasCode(error, 'BROKER_REFUSED') && error.details.errorCode === code,
      api,
    );
  }
});

test('when the group rebalances, what was dealt with is committed first, and nothing is read twice', async () => {
  const world = await World.start();
  world.write('a', 'b');
  const member = world.member({ autoCommitIntervalMs: 0 });
  await world.pass();
  strictEqual(world.committed, undefined);
  world.coordinator.refuse('Heartbeat', errorCodes.REBALANCE_IN_PROGRESS);
  await world.pass();
  strictEqual(world.committed, 2);
  strictEqual(world.coordinator.generationId, 2);
  world.write('c');
  await world.pass();
  await member.stop();
  deepStrictEqual(member.values, ['a', 'b', 'c']);
});

test('when another round begins before one has ended, the member goes on with it at once', async () => {
  const world = await World.start();
  world.write('a');
  world.coordinator.refuse('SyncGroup', errorCodes.REBALANCE_IN_PROGRESS);
  const member = world.member();
  await world.pass(40);
  strictEqual(world.coordinator.generationId, 2);
  deepStrictEqual(member.values, ['a']);
  await member.stop();
});

test('a rebalance waits for the batch that is being dealt with', async () => {
  const world = await World.start();
  world.write('a');
  const member = world.member({ autoCommitIntervalMs: 0 });
  let done = (): void => {};
  member.busy = new Promise((resolve) => {
    done = resolve;
  });
  await world.pass();
  world.coordinator.refuse('Heartbeat', errorCodes.REBALANCE_IN_PROGRESS);
  await world.pass();
  strictEqual(world.coordinator.generationId, 1, 'not joined again yet');
  member.busy = undefined;
  done();
  await world.pass();
  deepStrictEqual([world.committed, world.coordinator.generationId], [1, 2]);
  await member.stop();
  deepStrictEqual(member.values, ['a']);
});

test('with cooperative assignors alone, reading goes on through a rebalance and owned partitions are told', async () => {
  const world = await World.start();
  world.write('a');
  const member = world.member({ assignors: ['cooperative-sticky'], autoCommitIntervalMs: 0 });
  await world.pass();
  world.coordinator.refuse('Heartbeat', errorCodes.REBALANCE_IN_PROGRESS);
  await world.pass();
  strictEqual(world.coordinator.generationId, 2);
  strictEqual(world.committed, undefined, 'nothing was given up');
  const joins = world.sim.broker.requestsOf('JoinGroup');
  const protocols = joins.at(-1)?.body['protocols'] as { metadata: Uint8Array }[] | undefined;
  const { owned, generationId } = decodeSubscription(protocols?.[0]?.metadata ?? new Uint8Array(0));
  deepStrictEqual([owned, generationId], [[{ topic: 't', partition: 0 }], 1]);
  world.write('b');
  await world.pass();
  await member.stop();
  deepStrictEqual(member.values, ['a', 'b']);
  strictEqual(world.sim.broker.requestsOf('OffsetFetch').length, 1);
});

test('a member that the group does not know any more joins as a new one and goes on from the last commit', async () => {
  const world = await World.start();
  world.write('a');
  const member = world.member();
  await world.pass();
  const before = world.coordinator.memberId;
  for (const api of ['Heartbeat', 'OffsetCommit', 'SyncGroup']) {
    world.coordinator.refuse(api, errorCodes.UNKNOWN_MEMBER_ID);
  }
  world.write('b');
  await world.pass(1000);
  ok(world.coordinator.memberId !== before);
  deepStrictEqual([world.committed, [...new Set(member.values)]], [2, ['a', 'b']]);
  await member.stop();
});

test('who is busy for too long leaves the group, and joins it again when it is back', async () => {
  const world = await World.start();
  world.write('a');
  const member = world.member({ maxPollIntervalMs: 1000, autoCommitIntervalMs: 0 });
  let done = (): void => {};
  member.busy = new Promise((resolve) => {
    done = resolve;
  });
  await world.pass(3000);
  strictEqual(world.asked.at(-1), 'LeaveGroup');
  strictEqual(world.sim.broker.requestsOf('LeaveGroup').length, 1);
  member.busy = undefined;
  done();
  await world.pass();
  // Another member may have read it meanwhile: only what is committed counts.
  deepStrictEqual(member.values, ['a', 'a']);
  await member.stop();
  strictEqual(world.committed, 1);
});

test('stopped while the group is being joined, it leaves at once all the same', async () => {
  const world = await World.start();
  const member = world.member();
  world.sim.broker.scripts.unshift(({ api, body }) =>
    api === 'JoinGroup' && body['memberId'] !== '' ? 'silence' : undefined,
  );
  await world.pass();
  const startMs = world.sim.simulation.elapsedMs;
  await member.stop();
  ok(world.sim.simulation.elapsedMs - startMs < 50);
  const left = world.sim.broker.requestsOf('LeaveGroup').at(-1)?.body['members'];
  deepStrictEqual(
    (left as { memberId: string }[]).map(({ memberId }) => memberId),
    ['member-1'],
  );
});

test('a static member does not leave: its place is kept for its restart', async () => {
  const world = await World.start();
  world.write('a');
  const member = world.member({ instanceId: 'i' });
  await world.pass();
  await member.stop();
  strictEqual(world.committed, 1);
  strictEqual(world.sim.broker.requestsOf('LeaveGroup').length, 0);
  strictEqual(world.sim.broker.requestsOf('JoinGroup')[0]?.body['groupInstanceId'], 'i');
});

test('topics that come to be and further partitions are read within the time between two looks', async () => {
  const world = await World.start({ 'ipl-a': 1 });
  const member = world.member({
    topics: (name) => name.startsWith('ipl-'),
    topicsRefreshMs: 200,
  });
  await world.pass();
  world.sim.broker.topics.set('ipl-b', 1).set('other', 1);
  await world.pass();
  world.sim.broker.topics.set('ipl-a', 2);
  await world.pass();
  deepStrictEqual(
    member.consumer.partitions.map(({ topic, partition }) => `${topic}-${partition}`).toSorted(),
    ['ipl-a-0', 'ipl-a-1', 'ipl-b-0'],
  );
  strictEqual(world.coordinator.generationId, 3, 'one round for each change');
  await member.stop();
});

test('a topic that is named and deleted ends the reading', async () => {
  const world = await World.start({ t: 1 }, { unknownTopicTimeoutMs: 0 });
  const member = world.member();
  await world.pass();
  world.sim.broker.topics.delete('t');
  world.sim.broker.scripts.unshift(({ api, body }) =>
    api === 'Fetch'
      ? {
          responses: (body['topics'] as { topic: string }[]).map(({ topic }) => ({
            topic,
            partitions: [{ partitionIndex: 0, errorCode: 3, highWatermark: -1, records: null }],
          })),
        }
      : undefined,
  );
  await rejects(member.end(), /there is no topic t/);
  strictEqual(world.asked.at(-1), 'LeaveGroup');
});

test('a last commit that fails is told, and the group is left nevertheless', async () => {
  const world = await World.start();
  world.write('a');
  const member = world.member({ autoCommitIntervalMs: 0 });
  await world.pass();
  world.coordinator.refuse('OffsetCommit', errorCodes.INVALID_COMMIT_OFFSET_SIZE);
  await rejects(member.stop(), /INVALID_COMMIT_OFFSET_SIZE/);
  strictEqual(world.asked.at(-1), 'LeaveGroup');
});

test('without a group id or an assignor there is no member', async () => {
  const { client } = await simulatedClient();
  for (const options of [{ groupId: '' }, { assignors: [] }]) {
    try {
      client.groupConsumer({ groupId: 'g', topics: ['t'], ...options });
      ok(false, 'it was let through');
    } catch (error) {
      match(String(error), /groupId: expected the id of a group|assignors: expected some of range/);
    }
  }
});

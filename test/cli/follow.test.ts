/**
 * Goal: `odradek consume --follow` sees what comes to be after it began: topics that a wildcard means, further
 * partitions, topics that go and come back.
 * Method: the command on one host of a simulation, a whole broker on another. Time goes by only while something
 * is waited for, so that what is bounded by seconds takes none.
 */
import { deepStrictEqual, match, ok, rejects, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { consumeCommand } from '../../src/cli/consume.ts';
import { parseArguments } from '../../src/cli/parse-arguments.ts';
import type { Client } from '../../src/client/client.ts';
import type { Simulation } from '../../src/runtime/simulated/simulation.ts';
import { SimulatedBroker } from '../broker/simulated-broker.ts';
import { simulatedClient } from '../client/simulated-client.ts';
import { type FakeContext, fakeContext } from './fake-context.ts';

/** Longer than a follower takes to notice anything, and shorter than any timeout. */
const noticeMs = 3000;

/** The command on the host `follower`. */
function beginToFollow(
  simulation: Simulation,
  ...words: string[]
): { context: FakeContext; ended: Promise<number> } {
  const runtime = simulation.runtime('follower');
  const context = fakeContext({
    environment: { ODRADEK_BOOTSTRAP: 'broker:9092' },
    runtime: () => Promise.resolve(runtime),
  });
  const args = parseArguments(consumeCommand, [...words, '--follow']);
  return { context, ended: consumeCommand.run(args, context) };
}

class World {
  readonly broker: SimulatedBroker;
  readonly client: Client;

  private constructor(broker: SimulatedBroker) {
    this.broker = broker;
    this.client = broker.client();
  }

  static async start(): Promise<World> {
    return new World(await SimulatedBroker.start());
  }

  async write(topic: string, value: string, partition = 0): Promise<void> {
    const producer = this.client.producer();
    const sent = producer.send({ topic, partition, value: Buffer.from(value) });
    await this.broker.complete(sent.then(() => producer.close()));
  }

  async delete(topic: string): Promise<void> {
    await this.broker.complete(this.client.admin.deleteTopics([topic]));
  }

  /** Begins to consume, and lets time go by until it waits for more. */
  async follow(...words: string[]): Promise<Following> {
    const following = new Following(this, beginToFollow(this.broker.simulation, ...words));
    await this.pass();
    return following;
  }

  async pass(durationMs = noticeMs): Promise<void> {
    await this.broker.simulation.runFor(durationMs);
  }
}

class Following {
  readonly context: FakeContext;
  readonly #world: World;
  readonly #ended: Promise<number>;

  constructor(world: World, { context, ended }: ReturnType<typeof beginToFollow>) {
    this.#world = world;
    this.context = context;
    this.#ended = ended;
    // Whoever asks for the end is told how it ended.
    ended.catch(() => {});
  }

  get lines(): string[] {
    return this.context.out.text().split('\n').slice(0, -1);
  }

  /** What was printed by the time that whatever happens is noticed. */
  async noticed(): Promise<string[]> {
    await this.#world.pass();
    return this.lines;
  }

  end(): Promise<number> {
    return this.#world.broker.complete(this.#ended);
  }

  async interrupt(): Promise<void> {
    this.context.interrupt();
    strictEqual(await this.end(), 0);
  }
}

test('with a wildcard, a topic that is made later is read from its beginning', async () => {
  const world = await World.start();
  await world.broker.createTopic('ipl-a');
  await world.write('ipl-a', 'old');
  const following = await world.follow('ipl*', '--from', 'end');
  await world.broker.createTopic('ipl-b', { partitions: 2 });
  await world.broker.createTopic('other');
  await world.write('ipl-b', 'first', 1);
  await world.write('other', 'not meant');
  deepStrictEqual(await following.noticed(), ['first']);
  await world.write('ipl-a', 'second');
  await world.write('ipl-b', 'third');
  deepStrictEqual(await following.noticed(), ['first', 'second', 'third']);
  await following.interrupt();
});

test('a wildcard that no topic matches waits for one, and says so', async () => {
  const world = await World.start();
  const following = await world.follow('ipl*');
  match(following.context.err.text(), /^No such topic yet: waiting for one\.\n$/);
  await world.broker.createTopic('ipl-a');
  await world.write('ipl-a', 'here');
  deepStrictEqual(await following.noticed(), ['here']);
  await following.interrupt();
});

test('partitions that a topic is given later are read too, where they are wanted', async () => {
  const world = await World.start();
  await world.broker.createTopic('orders');
  const all = await world.follow('orders');
  const some = await world.follow('orders', '-p', '0', '-p', '2');
  const more = world.client.admin.createPartitions([{ name: 'orders', count: 3 }]);
  await world.broker.complete(more);
  await world.write('orders', 'to 1', 1);
  await world.write('orders', 'to 2', 2);
  deepStrictEqual((await all.noticed()).toSorted(), ['to 1', 'to 2']);
  deepStrictEqual(await some.noticed(), ['to 2']);
  await all.interrupt();
  await some.interrupt();
});

test('with a wildcard, topics go without an end, and one that comes back is read from its beginning', async () => {
  const world = await World.start();
  for (const name of ['ipl-a', 'ipl-b', 'ipl-c']) await world.broker.createTopic(name);
  for (const name of ['ipl-a', 'ipl-b', 'ipl-c']) await world.write(name, `${name} 1`);
  const following = await world.follow('ipl*');
  strictEqual(following.lines.length, 3);
  // One is noticed to be gone before it comes back, one is back at once, with fewer partitions or more.
  await world.delete('ipl-a');
  await world.pass(10_000);
  await world.broker.createTopic('ipl-a', { partitions: 2 });
  await world.write('ipl-a', 'ipl-a anew', 1);
  await world.delete('ipl-b');
  await world.broker.createTopic('ipl-b');
  await world.write('ipl-b', 'ipl-b anew');
  await world.write('ipl-c', 'ipl-c 2');
  deepStrictEqual((await following.noticed()).slice(3).toSorted(), [
    'ipl-a anew',
    'ipl-b anew',
    'ipl-c 2',
  ]);
  await following.interrupt();
});

test('a topic that was named and is deleted ends the reading, also when it comes back at once', async () => {
  const world = await World.start();
  for (const name of ['gone', 'another']) await world.broker.createTopic(name);
  const gone = await world.follow('gone');
  const another = await world.follow('another');
  for (const name of ['gone', 'another']) await world.delete(name);
  await world.broker.createTopic('another');
  await rejects(gone.end(), /there is no topic gone/);
  await rejects(another.end(), /topic another was deleted and created again/);
});

test('a broker that is away for a minute is waited for, and what came meanwhile is read', async () => {
  const world = await World.start();
  await world.broker.createTopic('ipl-a');
  const following = await world.follow('ipl*');
  const { simulation } = world.broker;
  simulation.cut('follower', 'broker');
  await world.pass(60_000);
  await world.broker.createTopic('ipl-b');
  await world.write('ipl-b', 'while it was away');
  simulation.heal('follower', 'broker');
  await world.pass(60_000);
  deepStrictEqual(following.lines, ['while it was away']);
  await following.interrupt();
});

test('with --until an offset, reading ends there and nothing is added', async () => {
  const world = await World.start();
  await world.broker.createTopic('ipl-a');
  const following = await world.follow('ipl*', '--until', '2');
  await world.broker.createTopic('ipl-b');
  for (const value of ['a', 'b', 'c']) await world.write('ipl-a', value);
  strictEqual(await following.end(), 0);
  deepStrictEqual(following.lines, ['a', 'b']);
});

test('followed from an offset that is not there yet, records come from that offset on', async () => {
  const world = await World.start();
  await world.broker.createTopic('orders', { partitions: 2 });
  await world.write('orders', '0-0', 0);
  const following = await world.follow('orders', '--from', '2');
  for (const value of ['0-1', '0-2', '0-3']) await world.write('orders', value, 0);
  for (const value of ['1-0', '1-1', '1-2']) await world.write('orders', value, 1);
  deepStrictEqual((await following.noticed()).toSorted(), ['0-2', '0-3', '1-2']);
  await following.interrupt();
});

test('looking for new topics asks the cluster about once a second', async () => {
  const { simulation, broker } = await simulatedClient({ 'ipl-a': 1 });
  const { context, ended } = beginToFollow(simulation, 'ipl*');
  await simulation.runFor(1000);
  const before = broker.requestsOf('Metadata').length;
  await simulation.runFor(5000);
  const count = broker.requestsOf('Metadata').length - before;
  ok(count >= 4 && count <= 6, `${count} requests in five seconds`);
  context.interrupt();
  strictEqual(await simulation.complete(ended), 0);
});

/**
 * Goal: who has made a topic answers once the other brokers know of it. Method: three brokers of a simulation that
 * answer over an image each, which the test brings forward.
 */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { PeerViews } from '../../src/broker/peer-views.ts';
import { ImageCluster } from '../cli/image-cluster.ts';
import { brokerKeys } from '../metadata/broker-keys.ts';

const config = { interBrokerListenerName: 'PLAINTEXT', topicVisibleTimeoutMs: 1000 };

interface Waiting {
  readonly isOver: () => boolean;
  /** How long it has taken. */
  readonly tookMs: () => number;
}

/** Broker 1 of a cluster of three, whose others are at revision 1. */
class World {
  readonly cluster: ImageCluster;
  readonly views: PeerViews;

  private constructor(cluster: ImageCluster) {
    this.cluster = cluster;
    const runtime = cluster.simulation.runtime('broker-1');
    const image = (): ImageCluster['image'] => cluster.image;
    this.views = new PeerViews({ nodeId: 1 }, { runtime, image, config: () => config });
  }

  static async start(): Promise<World> {
    return new World(await ImageCluster.start(1, 2, 3));
  }

  wait(revision: number): Waiting {
    const { clock } = this.cluster.simulation.runtime('broker-1');
    const startMs = clock.monotonicMs();
    let endMs: number | undefined;
    void this.views.reached(revision).then(() => {
      endMs = clock.monotonicMs();
    });
    return { isOver: () => endMs !== undefined, tookMs: () => (endMs ?? Infinity) - startMs };
  }
}

test('what all have seen already is waited for no longer than it takes to ask', async () => {
  const world = await World.start();
  const waiting = world.wait(1);
  await world.cluster.simulation.runFor(50);
  ok(waiting.tookMs() < 20, `${waiting.tookMs()} ms`);
  deepStrictEqual(new Set(world.cluster.asked), new Set(['ApiVersions']));
});

test('what one has not seen yet is waited for until it has', async () => {
  const world = await World.start();
  const waiting = world.wait(7);
  await world.cluster.simulation.runFor(300);
  strictEqual(waiting.isOver(), false);
  world.cluster.image.apply(7, brokerKeys(9, { live: false }));
  await world.cluster.simulation.runFor(100);
  ok(waiting.isOver());
});

test('a broker that is silent is waited for until time is up, or it is fenced', async () => {
  const world = await World.start();
  const { simulation, image } = world.cluster;
  simulation.cut('broker-1', 'broker-3');
  const late = world.wait(1);
  await simulation.runFor(2000);
  ok(late.tookMs() >= 1000 && late.tookMs() < 1200, `${late.tookMs()} ms`);
  const fenced = world.wait(1);
  await simulation.runFor(100);
  image.apply(1, [{ key: 'odradek/live/3', value: null }]);
  await simulation.runFor(1000);
  ok(fenced.tookMs() < 500, `${fenced.tookMs()} ms`);
  const without = world.wait(1);
  await simulation.runFor(50);
  ok(without.tookMs() < 20, `${without.tookMs()} ms`);
});

test('one broker alone waits for nobody', async () => {
  const cluster = await ImageCluster.start(1);
  const runtime = cluster.simulation.runtime('broker-1');
  const views = new PeerViews(
    { nodeId: 1 },
    { runtime, image: () => cluster.image, config: () => config },
  );
  await views.reached(100);
  deepStrictEqual(cluster.asked, []);
});

test('nothing is waited for any more once the broker stops', async () => {
  const world = await World.start();
  const waiting = world.wait(7);
  await world.cluster.simulation.runFor(50);
  world.views.close();
  await world.cluster.simulation.runFor(100);
  ok(waiting.isOver());
});

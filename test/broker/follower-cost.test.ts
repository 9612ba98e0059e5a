/*
 * Goal: what a follower costs does not grow with its partitions: many come with one fetch, and none has a timer.
 * Method: a follower on a simulated host whose requests and timers are counted, with few partitions and with many.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { produceRequest, produceResponse } from '../../src/protocol/messages/produce.ts';
import { buildBatch } from '../../src/records/batch-builder.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { must } from '../../src/util/assert.ts';
import { simulationStartMs } from './requests.ts';
import { SimulatedCluster } from './simulated-cluster.ts';
import { WatchedRequests } from './watched-requests.ts';

const topic = 'orders';

interface Counts {
  readonly fetches: number;
  readonly timers: number;
}

/** A topic of so many partitions, led by broker 1 and followed by 2. */
class Followed {
  readonly #cluster: SimulatedCluster;
  readonly #watched: WatchedRequests;
  readonly #partitions: number;
  #timers = 0;

  private constructor(cluster: SimulatedCluster, partitions: number) {
    this.#cluster = cluster;
    this.#partitions = partitions;
    this.#watched = new WatchedRequests({ nowMs: () => cluster.simulation.elapsedMs });
  }

  static async start(partitions: number): Promise<Followed> {
    const cluster = await SimulatedCluster.start(1);
    const followed = new Followed(cluster, partitions);
    const runtime = followed.#counted(cluster.simulation.runtime('broker2'));
    await cluster.complete(cluster.beginOn(runtime, 2, 'broker2'));
    await cluster.createTopic(topic, [1, 2], {}, partitions);
    await followed.write();
    return followed;
  }

  #counted(runtime: Runtime): Runtime {
    const { timers } = runtime;
    const setTimer: typeof timers.setTimer = (...timer) => {
      this.#timers++;
      return timers.setTimer(...timer);
    };
    return { ...this.#watched.around(runtime), timers: { ...timers, setTimer } };
  }

  /** Writes a record to each partition, and waits until all of them are replicated. */
  async write(): Promise<void> {
    const peer = await this.#cluster.connect(1);
    const partitionData = Array.from({ length: this.#partitions }, (_, index) => {
      const record = { value: new Uint8Array(10), timestamp: simulationStartMs };
      return { index, records: buildBatch([record]).chunks };
    });
    const body = { acks: -1, timeoutMs: 30_000, topicData: [{ name: topic, partitionData }] };
    const { responses } = await peer.call(produceRequest, produceResponse, 9, body);
    const { partitionResponses } = must(responses[0]);
    assert.ok(partitionResponses.every(({ errorCode }) => errorCode === 0));
    peer.close();
  }

  idle(): Promise<void> {
    return this.#cluster.simulation.runFor(20_000);
  }

  /** What the follower did while `work` was done. */
  async during(work: () => Promise<void>): Promise<Counts> {
    const fetches = this.#watched.countOf('Fetch');
    const timers = this.#timers;
    await work();
    return { fetches: this.#watched.countOf('Fetch') - fetches, timers: this.#timers - timers };
  }
}

test('a follower of many partitions fetches no more often than one of few, and sets no more timers', async () => {
  const few = await Followed.start(2);
  const many = await Followed.start(500);
  for (const work of ['idle', 'write'] as const) {
    const ofFew = await few.during(() => few[work]());
    const ofMany = await many.during(() => many[work]());
    assert.ok(ofMany.fetches <= ofFew.fetches + 5, `${work}: ${JSON.stringify([ofFew, ofMany])}`);
    assert.ok(ofMany.timers <= ofFew.timers + 20, `${work}: ${JSON.stringify([ofFew, ofMany])}`);
  }
});

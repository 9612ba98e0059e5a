import { must } from '../../../src/util/assert.ts';
import { SimulatedCluster, type SimulatedClusterOptions } from '../../broker/simulated-cluster.ts';
import { checkHistory } from '../../history/check-history.ts';
import { History } from '../../history/history.ts';
import type { Violation } from '../../history/violation.ts';
import { patientClient } from './clients.ts';
import { recordsBetween } from './replica-watch.ts';

/** The one topic of a scenario: one partition, a replica on each of three brokers, two of which have to be in sync. */
export const topic = 'directed';

/** Of the brokers, in the order of the replicas. */
export const nodeIds: readonly number[] = [1, 2, 3];
const utf8 = new TextEncoder();
/** Virtual time within which all is in order when everything is healed. */
const settleMsMax = 60_000;

/** A cluster of three to which a test does one thing after the other, and what its producers were told. */
export class Scenario {
  readonly cluster: SimulatedCluster;
  readonly #history: History;
  #producers = 0;

  private constructor(cluster: SimulatedCluster) {
    this.cluster = cluster;
    this.#history = new History(() => cluster.simulation.elapsedMs);
  }

  /** Broker 1 leads. */
  static async start(options: SimulatedClusterOptions): Promise<Scenario> {
    const cluster = await SimulatedCluster.start(nodeIds.length, options);
    await cluster.createTopic(topic, nodeIds, { 'min.insync.replicas': '2' });
    return new Scenario(cluster);
  }

  /** Has a producer of its own write one batch with acks=all, and waits until it is acknowledged. */
  async write(count: number): Promise<void> {
    await this.cluster.complete(this.writing(`producer${this.#producers++}`, count));
  }

  /** The same on a host of this name; time goes by elsewhere. */
  async writing(producerName: string, count: number): Promise<void> {
    const client = patientClient(producerName, this);
    const producer = client.producer({ acks: 'all', lingerMs: 5 });
    const sends = Array.from({ length: count }, async (_, sequence) => {
      const id = `${producerName}-${sequence}`;
      const where = { topic, partition: 0 };
      const how = { producer: producerName, sequence, acks: 'all', isIdempotent: true } as const;
      this.#history.add({ kind: 'sent', ...where, ...how, id });
      const { offset } = await producer.send({ ...where, value: utf8.encode(id) });
      this.#history.add({ kind: 'acknowledged', ...where, id, offset });
    });
    await Promise.all(sends);
    producer.closeNow();
    client.close();
  }

  /** Waits until the partition has this in-sync set, as the broker that leads it sees it. */
  async untilInSync(leader: number, isr: readonly number[]): Promise<void> {
    const partition = this.cluster.partition(leader, topic);
    await this.cluster.until(() => partition.isLeader && partition.state.isr.join() === isr.join());
  }

  /** Nobody is cut off from anybody from here on. */
  heal(): void {
    const { simulation } = this.cluster;
    for (const id of nodeIds) simulation.heal(`broker${id}`, `broker${(id % nodeIds.length) + 1}`);
  }

  /** Puts everything right, waits until all are in sync, and says what was lost on the way. */
  async conclude(): Promise<readonly Violation[]> {
    const { cluster } = this;
    this.heal();
    await cluster.startTogether(nodeIds.filter((id) => !cluster.simulation.isUp(`broker${id}`)));
    await cluster.until(() => this.#isSettled(), settleMsMax);
    this.#history.add({ kind: 'settled', what: 'all are in sync' });
    for (const broker of nodeIds) {
      const partition = cluster.partition(broker, topic);
      const records = await cluster.complete(
        recordsBetween(partition, 0, partition.log.logEndOffset),
      );
      this.#history.add({ kind: 'finalLog', topic, partition: 0, broker, records });
    }
    return checkHistory(this.#history);
  }

  #isSettled(): boolean {
    const replicas = nodeIds.map((id) => this.cluster.broker(id).partitions.get(topic, 0));
    const end = must(replicas[0]?.log.logEndOffset);
    return replicas.every(
      (replica) =>
        replica?.state.isr.length === nodeIds.length &&
        replica.log.logEndOffset === end &&
        replica.highWatermark === end,
    );
  }
}

import assert from 'node:assert/strict';
import { RunningBroker } from '../../src/broker/broker.ts';
import { createClient, type Client } from '../../src/client/client.ts';
import { encodePartition, imageKeys } from '../../src/metadata/image-keys.ts';
import type { ClusterImage, PartitionImage } from '../../src/metadata/image.ts';
import { LiveImage } from '../../src/metadata/live-image.ts';
import {
  quickSimulatedStore,
  SimulatedStore,
  type SimulatedStoreOptions,
} from '../../src/metadata/simulated/simulated-store.ts';
import type { Change, CommitResult, Compare, MetadataStore } from '../../src/metadata/store.ts';
import type { Partition } from '../../src/replication/partition.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { createSimulation, type Simulation } from '../../src/runtime/simulated/simulation.ts';
import { must } from '../../src/util/assert.ts';
import { brokerValues, SimulatedPeer, type LogLine, type TestConfig } from './simulated-broker.ts';
import { StoreOfOneLife } from './store-of-one-life.ts';

export interface SimulatedClusterOptions {
  readonly seed?: number | string;
  /** Of each broker, by Kafka's keys. */
  readonly config?: TestConfig;
  readonly store?: Partial<SimulatedStoreOptions>;
  readonly rackOf?: (nodeId: number) => string;
  /** Told of each line of a broker's log. */
  readonly onLog?: (nodeId: number, line: LogLine) => void;
}

interface Member {
  readonly running: RunningBroker;
  readonly store: StoreOfOneLife;
}

/**
 * Brokers on hosts of their own, `broker1` and so on, with one metadata store. They register by themselves; who
 * leads is changed by writing to the store (`change`), and a broker that has crashed is fenced by `fence`.
 */
export class SimulatedCluster {
  readonly simulation: Simulation;
  readonly store: SimulatedStore;
  readonly log: (LogLine & { readonly nodeId: number })[] = [];
  readonly #options: SimulatedClusterOptions;
  readonly #own: MetadataStore;
  readonly #members = new Map<number, Member>();
  /** What the newest process of each broker sees of the store. */
  readonly #lives = new Map<number, StoreOfOneLife>();
  #defect: { readonly error: unknown } | undefined;
  #clients = 0;

  private constructor(options: SimulatedClusterOptions) {
    this.#options = options;
    this.simulation = createSimulation({ seed: options.seed ?? 1 });
    this.store = new SimulatedStore(
      { ...quickSimulatedStore, ...options.store },
      this.simulation.runtime('store'),
    );
    this.#own = this.store.client('test');
  }

  /** Brokers 1 to `count`. */
  static async start(
    count: number,
    options: SimulatedClusterOptions = {},
  ): Promise<SimulatedCluster> {
    const cluster = new SimulatedCluster(options);
    for (let nodeId = 1; nodeId <= count; nodeId++) await cluster.start(nodeId);
    const knows = ({ running }: Member): boolean => running.metadata.image.brokers.size === count;
    await cluster.until(() => [...cluster.#members.values()].every(knows));
    return cluster;
  }

  /** Brokers 1 to `count`, which all start at the same moment; each knows of all when it is answered. */
  static async startTogether(
    count: number,
    options: SimulatedClusterOptions = {},
  ): Promise<SimulatedCluster> {
    const cluster = new SimulatedCluster(options);
    await cluster.startTogether(Array.from({ length: count }, (_, i) => i + 1));
    const knows = ({ running }: Member): boolean => {
      const brokers = [...running.metadata.image.brokers.values()];
      return brokers.length === count && brokers.every(({ fenced }) => !fenced);
    };
    await cluster.until(() => [...cluster.#members.values()].every(knows));
    return cluster;
  }

  /** Starts brokers at the same moment. */
  async startTogether(nodeIds: readonly number[]): Promise<void> {
    await this.complete(Promise.all(nodeIds.map((nodeId) => this.begin(nodeId))));
  }

  /** Starts a broker, on what it has left where it ran before. */
  start(nodeId: number): Promise<RunningBroker> {
    return this.complete(this.begin(nodeId));
  }

  /** The same; what it answers settles as time goes by. */
  async begin(nodeId: number): Promise<RunningBroker> {
    const host = `broker${nodeId}`;
    const { simulation } = this;
    const wasThere = this.#lives.has(nodeId);
    if (wasThere && simulation.isUp(host)) this.crash(nodeId);
    const runtime = wasThere ? simulation.restart(host) : simulation.runtime(host);
    const store = new StoreOfOneLife(this.store.client(host));
    this.#lives.set(nodeId, store);
    const running = await this.#beginOn(runtime, store, nodeId, host);
    this.#members.set(nodeId, { running, store });
    return running;
  }

  /** Starts a broker somewhere, which is none of the cluster's own. */
  async beginOn(
    runtime: Runtime,
    nodeId: number,
    host: string,
    more: TestConfig = {},
  ): Promise<Member> {
    const store = new StoreOfOneLife(this.store.client(host));
    return { running: await this.#beginOn(runtime, store, nodeId, host, more), store };
  }

  async #beginOn(
    runtime: Runtime,
    store: StoreOfOneLife,
    nodeId: number,
    host: string,
    more: TestConfig = {},
  ): Promise<RunningBroker> {
    const { config, rackOf } = this.#options;
    const values = brokerValues({
      'node.id': nodeId,
      'advertised.listeners': `PLAINTEXT://${host}:9092`,
      ...(rackOf === undefined ? {} : { 'broker.rack': rackOf(nodeId) }),
      ...config,
      ...more,
    });
    const running = await RunningBroker.start(
      { values, directories: ['/data'], metadataDirectory: '/data', temporary: false },
      { runtime, store, logger: this.#logger(nodeId) },
    );
    running.closed.catch((error: unknown) => {
      if (store.isAlive) this.#defect = { error };
    });
    return running;
  }

  #logger(nodeId: number) {
    const at =
      (level: LogLine['level']) =>
      (event: string, fields: LogLine['fields'] = {}): void => {
        this.log.push({ nodeId, level, event, fields });
        this.#options.onLog?.(nodeId, { level, event, fields });
      };
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }

  /** Its process ends, as by SIGKILL. */
  crash(nodeId: number): void {
    this.#die(nodeId);
    this.simulation.crash(`broker${nodeId}`);
  }

  /** Its machine loses power, and what was not synced. */
  powerLoss(nodeId: number): void {
    this.#die(nodeId);
    this.simulation.powerLoss(`broker${nodeId}`);
  }

  #die(nodeId: number): void {
    must(this.#lives.get(nodeId)).end();
  }

  /** Its process stands still, as by SIGSTOP. */
  pause(nodeId: number): void {
    must(this.#lives.get(nodeId)).pause();
    this.simulation.pause(`broker${nodeId}`);
  }

  /** It goes on. */
  resume(nodeId: number): void {
    this.simulation.resume(`broker${nodeId}`);
    must(this.#lives.get(nodeId)).resume();
  }

  /** Stops it in order. */
  async stop(nodeId: number): Promise<void> {
    const { running, store } = must(this.#members.get(nodeId));
    await this.complete(running.stop());
    store.end();
    this.simulation.crash(`broker${nodeId}`);
  }

  broker(nodeId: number): RunningBroker {
    return must(this.#members.get(nodeId)).running;
  }

  partition(nodeId: number, topic: string, index = 0): Partition {
    return must(this.broker(nodeId).partitions.get(topic, index), `${topic}-${index} is there`);
  }

  /** The cluster as the store has it. */
  async image(): Promise<ClusterImage> {
    const image = new LiveImage();
    image.load(await this.complete(this.#own.read('odradek/')));
    return image;
  }

  /** Writes a partition's state, as a controller would: `leaderEpoch` rises where the leader is given. */
  async change(topic: string, index: number, changes: Partial<PartitionImage>): Promise<void> {
    for (;;) {
      const image = await this.image();
      const found = must(image.topicsByName.get(topic));
      const before = must(found.partitions[index]);
      const after: PartitionImage = {
        ...before,
        leaderEpoch: before.leaderEpoch + (changes.leader === undefined ? 0 : 1),
        ...changes,
        partitionEpoch: before.partitionEpoch + 1,
      };
      const key = imageKeys.partition(found.id, index);
      const value = encodePartition(after);
      const outcome = await this.commit([{ key, revision: before.revision }], [{ key, value }]);
      if (outcome === 'committed') return;
    }
  }

  /** Commits to the store, as whoever may. */
  async commit(
    compares: readonly Compare[],
    changes: readonly Change[],
  ): Promise<CommitResult['outcome']> {
    return (await this.complete(this.#own.commit(compares, changes))).outcome;
  }

  /** What the end of a broker's lease does. */
  async takeLife(nodeId: number): Promise<void> {
    const change = { key: imageKeys.live(nodeId), value: null };
    while ((await this.commit([], [change])) !== 'committed');
  }

  /** Takes a broker's life, and it from the in-sync sets that others are left in. */
  async fence(nodeId: number): Promise<void> {
    await this.takeLife(nodeId);
    const { topicsByName } = await this.image();
    for (const { name, partitions } of topicsByName.values()) {
      for (const { index, isr, leader } of partitions) {
        const left = isr.filter((id) => id !== nodeId);
        if (left.length === isr.length || left.length === 0) continue;
        const moves = leader === nodeId ? { leader: must(left[0]) } : {};
        await this.change(name, index, { isr: left, ...moves });
      }
    }
  }

  /** A topic with a replica on each broker named, the first the leader, made by the first of them. */
  async createTopic(
    name: string,
    replicas: readonly number[],
    configs: Readonly<Record<string, string>> = {},
    partitions = 1,
  ): Promise<void> {
    const [result] = await this.complete(
      this.broker(must(replicas[0])).createTopics([
        {
          name,
          numPartitions: -1,
          replicationFactor: -1,
          assignments: Array.from({ length: partitions }, (_, partitionIndex) => ({
            partitionIndex,
            brokerIds: [...replicas],
          })),
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        },
      ]),
    );
    assert.ok(result !== undefined && !('error' in result), JSON.stringify(result));
  }

  /** A topic whose replicas are where the cluster puts them. */
  async createTopicSpread(
    name: string,
    numPartitions: number,
    configs: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const made = this.broker(1).createTopics([
      {
        name,
        numPartitions,
        replicationFactor: -1,
        assignments: [],
        configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
      },
    ]);
    const [result] = await this.complete(made);
    assert.ok(result !== undefined && !('error' in result), JSON.stringify(result));
  }

  /** A client on a host of its own. */
  client(): Client {
    const runtime = this.simulation.runtime(`client${++this.#clients}`);
    return createClient({ bootstrapServers: this.addresses, clientId: 'test' }, runtime);
  }

  /** Where the brokers that have been started listen. */
  get addresses(): readonly string[] {
    return [...this.#members.keys()].map((id) => `broker${id}:9092`);
  }

  /** A connection to a broker, on which a test writes what it likes. */
  async connect(nodeId: number): Promise<SimulatedPeer> {
    const { network } = this.simulation.runtime(`client${++this.#clients}`);
    const connection = await this.complete(network.connect(`broker${nodeId}`, 9092));
    return new SimulatedPeer(connection, this.simulation);
  }

  /** Lets events happen until `holds`. Fails with the defect when one stops a broker. */
  async until(holds: () => boolean, limitMs = 600_000): Promise<void> {
    await this.simulation.run(() => this.#defect !== undefined || holds(), { limitMs });
    if (this.#defect !== undefined) throw this.#defect.error;
  }

  /** The same until `promise` has settled. */
  async complete<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    await this.until(() => isSettled);
    return promise;
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../benchmarks/peers/free-ports.ts';
import { createClient } from '../../src/client/client.ts';
import { type BrokerValue, decodeValue, imageKeys } from '../../src/metadata/image-keys.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { must } from '../../src/util/assert.ts';
import { EtcdProcess } from '../metadata/etcd/etcd-process.ts';
import { openEtcdStore } from '../metadata/etcd/etcd-world.ts';
import { BrokerProcess } from './broker-process.ts';
import { askBroker, type ClusterView, describePartition } from './cluster-view.ts';

/** What a test's topic is. */
export interface TestTopic {
  readonly name: string;
  readonly partitionCount: number;
}

const brokerCount = 3;
/** Far more than anything takes on the slowest machine: whoever waits longer has failed. */
const patienceMs = 120_000;
const pollMs = 25;

/** Three brokers in processes of their own, and their etcd. */
export class ProcessCluster {
  readonly etcd: EtcdProcess;
  readonly brokers: readonly BrokerProcess[];
  readonly topic: TestTopic;
  readonly store: string;
  readonly #folder: string;

  private constructor(
    { etcd, topic, folder }: { etcd: EtcdProcess; topic: TestTopic; folder: string },
    ports: readonly number[],
    config: Readonly<Record<string, string>>,
  ) {
    this.etcd = etcd;
    this.topic = topic;
    this.#folder = folder;
    this.store = `etcd://${etcd.endpoint}/processes`;
    this.brokers = ports.map(
      (port, i) =>
        new BrokerProcess({
          nodeId: i + 1,
          port,
          folder: join(folder, `broker-${i + 1}`),
          store: this.store,
          config,
        }),
    );
  }

  /** Starts all of it, and makes the topic, each partition on every broker. */
  static async start(
    topic: TestTopic,
    config: Readonly<Record<string, string>> = {},
  ): Promise<ProcessCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'odradek-processes-'));
    const etcd = await EtcdProcess.start();
    const ports = await freePorts(brokerCount);
    const cluster = new ProcessCluster({ etcd, topic, folder }, ports, config);
    try {
      await Promise.all(cluster.brokers.map((broker) => broker.start()));
      await cluster.#createTopic();
      await cluster.untilWhole();
      return cluster;
    } catch (error) {
      await cluster.close({ keep: true });
      throw error;
    }
  }

  async #createTopic(): Promise<void> {
    const { name, partitionCount } = this.topic;
    const client = createClient({ bootstrapServers: this.bootstrapServers }, createNodeRuntime());
    const { admin } = client;
    await admin.createTopic({ name, partitions: partitionCount });
    client.close();
  }

  get bootstrapServers(): string {
    return this.brokers.map(({ port }) => `127.0.0.1:${port}`).join(',');
  }

  get partitions(): readonly number[] {
    return Array.from({ length: this.topic.partitionCount }, (_, partition) => partition);
  }

  broker(nodeId: number): BrokerProcess {
    return must(this.brokers[nodeId - 1]);
  }

  /** What each broker says that is there to say something. */
  async views(): Promise<ClusterView[]> {
    const running = this.brokers.filter(({ isRunning }) => isRunning);
    const views = await Promise.all(running.map(({ port }) => askBroker(port, this.topic.name)));
    return views.filter((view) => view !== undefined);
  }

  /** What the brokers say as one, once they do: who leads and follows, and who is the controller. */
  async agreed(): Promise<ClusterView> {
    let found: ClusterView | undefined;
    await this.until('the brokers that are there say the same', (views) => {
      [found] = views;
      return views.length > 0 && areAlike(views) && must(found).controllerId > 0;
    });
    return must(found);
  }

  /** Waits until every broker is there, and says that each leads what it is to lead and is in sync everywhere. */
  async untilWhole(): Promise<void> {
    await this.until(
      'every broker leads what it is to lead, and is in sync everywhere',
      (views) =>
        views.length === brokerCount &&
        areAlike(views) &&
        views.every(({ isWhole, brokers, partitions }) => {
          const isThere = partitions.length === this.topic.partitionCount;
          return isWhole && isThere && brokers.length === brokerCount;
        }),
    );
  }

  /** Waits until something can be seen; fails, with what was to be seen, after far too long. */
  async until(
    what: string | (() => string),
    holds: (views: readonly ClusterView[]) => boolean | Promise<boolean>,
  ): Promise<void> {
    const deadlineMs = performance.now() + patienceMs;
    for (;;) {
      const views = await this.views();
      if (await holds(views)) return;
      if (performance.now() > deadlineMs) {
        const seen = views.map((view) => view.partitions.map(describePartition).join(' '));
        const waitedFor = typeof what === 'string' ? what : what();
        throw new Error(`waited in vain until ${waitedFor}; the brokers say:\n${seen.join('\n')}`);
      }
      await sleep(pollMs);
    }
  }

  /** Ends the leases of all brokers, as somebody may who has etcd's own tools. */
  async revokeLeases(): Promise<void> {
    const store = openEtcdStore(this.store);
    const { entries } = await store.read(imageKeys.broker(0).slice(0, -1));
    for (const { key, value } of entries) {
      await store.revoke(decodeValue<BrokerValue>(key, value).leaseId);
    }
    await store.close();
  }

  /** Ends everything. `keep`: the folder stays, with the brokers' logs, and is told. */
  async close({ keep }: { readonly keep: boolean }): Promise<string | undefined> {
    await Promise.all(this.brokers.map((broker) => broker.kill()));
    await this.etcd.remove();
    if (keep) return this.#folder;
    rmSync(this.#folder, { recursive: true, force: true });
    return undefined;
  }
}

/** Whether they say the same of leaders, epochs and in-sync sets. */
function areAlike(views: readonly ClusterView[]): boolean {
  const [first, ...others] = views.map(({ controllerId, partitions }) =>
    [controllerId, ...partitions.map(describePartition)].join(' '),
  );
  return others.every((other) => other === first);
}

/**
 * Goal: a cluster in one process serves as one, and goes on when its brokers are killed, stopped and cut off.
 * Method: `createCluster`, with our own client writing with acks=all while things happen to the leader; all that
 * was acknowledged is read at the end, in order.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createClient } from '../../src/client/client.ts';
import { createBroker, createCluster, type Cluster, type ClusterOptions } from '../../src/index.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';

/** So that what hangs on leases is over soon. */
const config = { 'broker.session.timeout.ms': 2000 };

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(5);
}

/** Writes one message after the other with acks=all, until it is stopped. */
class Writer {
  readonly acknowledged: string[] = [];
  readonly #client;
  readonly #producer;
  readonly #done: Promise<void>;
  #isStopped = false;

  constructor({ bootstrapServers }: Cluster) {
    const options = { bootstrapServers, requestTimeoutMs: 500, connectTimeoutMs: 500 };
    this.#client = createClient(options, createNodeRuntime());
    this.#producer = this.#client.producer({ acks: 'all' });
    this.#done = this.#write();
  }

  async #write(): Promise<void> {
    for (let i = 0; !this.#isStopped; i++) {
      const value = `message ${i}`;
      await this.#producer.send({ topic: 'orders', partition: 0, value: Buffer.from(value) });
      this.acknowledged.push(value);
    }
  }

  /** Waits for so many messages more. */
  async more(count: number): Promise<void> {
    const enough = this.acknowledged.length + count;
    const failed = this.#done.then(() => assert.fail('writing goes on'));
    await Promise.race([until(() => this.acknowledged.length >= enough), failed]);
  }

  async stop(): Promise<readonly string[]> {
    this.#isStopped = true;
    await this.#done;
    await this.#producer.close();
    this.#client.close();
    return this.acknowledged;
  }
}

/** A cluster with a topic that all brokers have, which is written to; afterwards all of it must be there. */
async function whileWriting(
  happens: (cluster: Cluster, writer: Writer) => Promise<void>,
  options: ClusterOptions = {},
): Promise<void> {
  await using cluster = await createCluster({ config, ...options });
  await cluster.createTopic('orders', { config: { 'min.insync.replicas': 2 } });
  assert.equal(cluster.inSyncReplicas('orders').length, 3);
  const writer = new Writer(cluster);
  await writer.more(5);
  await happens(cluster, writer);
  await writer.more(5);
  const acknowledged = await writer.stop();
  const found = (await cluster.records('orders')).map(({ value }) => String(value));
  assert.deepEqual(found, acknowledged);
}

function others(cluster: Cluster, nodeId: number): number[] {
  return cluster.brokers.map((broker) => broker.nodeId).filter((other) => other !== nodeId);
}

for (const storage of ['disk', 'memory'] as const) {
  test(`a leader that is killed is replaced, and comes back with its data, ${storage}`, async () => {
    await whileWriting(
      async (cluster, writer) => {
        const leader = cluster.leader('orders');
        const before = cluster.brokers.map(({ bootstrapServers }) => bootstrapServers);
        await cluster.kill(leader);
        assert.equal(cluster.brokers[leader - 1]?.state, 'killed');
        await writer.more(5);
        assert.notEqual(cluster.leader('orders'), leader);
        assert.ok(!cluster.inSyncReplicas('orders').includes(leader));
        await cluster.restart(leader);
        await until(() => cluster.inSyncReplicas('orders').includes(leader));
        const after = cluster.brokers.map(({ bootstrapServers }) => bootstrapServers);
        assert.deepEqual(after, before);
      },
      { storage },
    );
  });
}

test('the leader that is the controller too is killed', async () => {
  await whileWriting(async (cluster, writer) => {
    for (const nodeId of [1, 2, 3]) {
      await cluster.kill(nodeId);
      await writer.more(5);
      await cluster.restart(nodeId);
      await until(() => cluster.inSyncReplicas('orders').length === 3);
    }
  });
});

test('a leader that is paused is replaced when its lease is over, and follows when it is resumed', async () => {
  await whileWriting(async (cluster, writer) => {
    const leader = cluster.leader('orders');
    await cluster.pause(leader);
    assert.equal(cluster.brokers[leader - 1]?.state, 'paused');
    await until(() => cluster.leader('orders') !== leader);
    await writer.more(5);
    await cluster.resume(leader);
    await until(() => cluster.inSyncReplicas('orders').includes(leader));
  });
});

test('a leader that is cut off with the smaller side is replaced, and follows when it is healed', async () => {
  await whileWriting(async (cluster, writer) => {
    const leader = cluster.leader('orders');
    cluster.partition([leader], others(cluster, leader));
    await until(() => cluster.leader('orders') !== leader);
    await writer.more(5);
    cluster.heal();
    await until(() => cluster.inSyncReplicas('orders').includes(leader));
  });
});

test('followers that are cut off leave the in-sync set, and the leader goes on with the store', async () => {
  const lag = { ...config, 'replica.lag.time.max.ms': 1000, 'replica.fetch.wait.max.ms': 200 };
  await whileWriting(
    async (cluster, writer) => {
      const leader = cluster.leader('orders');
      const [one = 0, other = 0] = others(cluster, leader);
      cluster.partition([one], [leader, other]);
      await until(() => !cluster.inSyncReplicas('orders').includes(one));
      await writer.more(5);
      cluster.heal();
      await until(() => cluster.inSyncReplicas('orders').includes(one));
    },
    { config: lag },
  );
});

test('clients that reach one side alone write when a leader is there', async () => {
  await whileWriting(async (cluster, writer) => {
    const leader = cluster.leader('orders');
    const larger = others(cluster, leader);
    cluster.partition([leader], larger, { clients: larger });
    await until(() => cluster.leader('orders') !== leader);
    await writer.more(5);
    cluster.heal();
  });
});

test('brokers in threads of their own are killed, paused and cut off as those of one thread', async () => {
  await whileWriting(
    async (cluster, writer) => {
      const isWhole = (): boolean => cluster.inSyncReplicas('orders').length === 3;
      const killed = cluster.leader('orders');
      await cluster.kill(killed);
      await writer.more(5);
      await cluster.restart(killed);
      await until(isWhole);

      const paused = cluster.leader('orders');
      await cluster.pause(paused);
      await until(() => cluster.leader('orders') !== paused);
      await writer.more(5);
      await cluster.resume(paused);
      await cluster.pause(paused);
      await cluster.resume(paused);
      await until(isWhole);

      const cut = cluster.leader('orders');
      cluster.partition([cut], others(cluster, cut));
      await until(() => cluster.leader('orders') !== cut);
      await writer.more(5);
      cluster.heal();
      await until(isWhole);

      await cluster.pause(cluster.leader('orders'));
      await cluster.kill(cluster.leader('orders'));
    },
    { threads: true },
  );
});

test('what a broker in a thread cannot start with is said as by one in this thread', async () => {
  await using broker = await createBroker();
  const port = Number(broker.bootstrapServers.split(':')[1]);
  const starting = createCluster({ brokers: 1, threads: true, port });
  await assert.rejects(starting, {
    code: 'PORT_IN_USE',
    details: { code: 'PORT_IN_USE', host: '127.0.0.1', port },
  });
});

test('a cluster keeps its topics and records in its folder, which is no folder of one broker', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'odradek-cluster-'));
  try {
    const options = { dataDir, config, topics: { orders: 3 } };
    const first = await createCluster(options);
    const { clusterId } = first;
    const writer = new Writer(first);
    await writer.more(3);
    const acknowledged = await writer.stop();
    await assert.rejects(createCluster(options), { code: 'DATA_DIR_LOCKED' });
    await first.stop();
    assert.deepEqual(
      readdirSync(dataDir).filter((name) => name !== '.lock'),
      ['broker-1', 'broker-2', 'broker-3', 'metadata'],
    );
    for (const folder of [dataDir, join(dataDir, 'broker-1')]) {
      await assert.rejects(createBroker({ dataDir: folder }), { code: 'INVALID_CONFIG' });
    }

    await using second = await createCluster({ dataDir, config });
    assert.equal(second.clusterId, clusterId);
    const found = (await second.records('orders', { partition: 0 })).map(({ value }) =>
      String(value),
    );
    assert.deepEqual(found, acknowledged);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test('the folder of one broker is not that of a cluster', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'odradek-cluster-'));
  try {
    await (await createBroker({ dataDir })).stop();
    await assert.rejects(createCluster({ dataDir }), { code: 'INVALID_CONFIG' });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test('a temporary cluster leaves nothing behind, whatever has become of its brokers', async () => {
  const cluster = await createCluster({ topics: { orders: 1 } });
  const folders = cluster.brokers.flatMap(({ dataDirs }) => dataDirs);
  assert.ok(folders.length === 3 && folders.every((folder) => existsSync(folder)));
  await cluster.kill(1);
  await cluster.pause(2);
  cluster.partition([2], [3]);
  await cluster.stop();
  await cluster.stop();
  await cluster.closed;
  assert.ok(folders.every((folder) => !existsSync(join(folder, '..'))));
  await assert.rejects(cluster.kill(3), { code: 'BROKER_STOPPED' });
  await assert.rejects(cluster.createTopic('late'), { code: 'BROKER_STOPPED' });
});

test('replicas are spread over racks', async () => {
  await using cluster = await createCluster({
    brokers: 4,
    racks: ['a', 'a', 'b', 'b'],
    topics: { orders: { partitions: 4, replicationFactor: 2 } },
  });
  for (let partition = 0; partition < 4; partition++) {
    const racks = cluster.inSyncReplicas('orders', partition).map((id) => (id <= 2 ? 'a' : 'b'));
    assert.deepEqual(racks.toSorted(), ['a', 'b']);
  }
});

test('what a cluster cannot do is refused by name', async () => {
  const refused = { code: 'INVALID_ARGUMENT' };
  await assert.rejects(createCluster({ brokers: 0 }), refused);
  await assert.rejects(createCluster({ racks: ['a'] }), refused);
  await assert.rejects(createCluster({ config: { 'node.id': 7 } }), refused);
  await assert.rejects(createCluster({ broker: 3 } as ClusterOptions), /did you mean brokers/);
  await using cluster = await createCluster({ brokers: 1, storage: 'memory' });
  await assert.rejects(cluster.kill(2), refused);
  assert.throws(() => cluster.partition([1], [1]), refused);
  await assert.rejects(cluster.createTopic('orders', { replicationFactor: 2 }), {
    code: 'BROKER_REFUSED',
  });
  await assert.rejects(cluster.records('orders'), { code: 'UNKNOWN_TOPIC' });
  assert.throws(() => cluster.leader('orders'), { code: 'UNKNOWN_TOPIC' });
  await cluster.kill(1);
  await assert.rejects(cluster.pause(1), refused);
});

/** The events of a cluster's log from a level up, without their fields. */
function eventLog() {
  const warnings: string[] = [];
  const infos: string[] = [];
  const logger = {
    debug() {},
    info: (event: string) => void infos.push(event),
    warn: (event: string) => void warnings.push(event),
    error: (event: string) => void warnings.push(event),
  };
  return { warnings, infos, logger };
}

for (const threads of [false, true]) {
  const where = threads ? 'in threads' : 'in this thread';

  test(`a cluster that stops elects nobody, and all are in sync when it starts again, ${where}`, async (t) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'odradek-test-'));
    t.after(() => rmSync(dataDir, { recursive: true, force: true }));
    const { warnings, infos, logger } = eventLog();
    const options = { config, threads, dataDir, logger, unref: true };
    const first = await createCluster(options);
    await first.createTopic('orders', { partitions: 6 });
    const leaders = [0, 1, 2, 3, 4, 5].map((index) => first.leader('orders', index));
    infos.length = 0;
    await first.stop();
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      infos.filter((event) => /elected|changed partitions|lease|may not lead/.test(event)),
      [],
    );
    await using second = await createCluster(options);
    for (const [index, leader] of leaders.entries()) {
      // Threads come up one after the other: who is late may find another leader.
      if (threads) await until(() => second.inSyncReplicas('orders', index).length === 3);
      else assert.equal(second.leader('orders', index), leader);
      assert.equal(second.inSyncReplicas('orders', index).length, 3);
    }
    assert.deepEqual(warnings, []);
  });

  test(`one that is stopped in order is not taken for dead, ${where}`, async () => {
    const { warnings, logger } = eventLog();
    await using cluster = await createCluster({ config, threads, logger });
    await cluster.createTopic('orders', { partitions: 6 });
    for (const nodeId of [1, 2, 3]) await cluster.restart(nodeId);
    assert.deepEqual(warnings, []);
  });

  test(`a broker that is killed while it starts again is dead, and starts once more, ${where}`, async () => {
    await using cluster = await createCluster({ config, threads });
    await cluster.createTopic('orders');
    const killed = { code: 'BROKER_STOPPED', message: 'broker 2 was killed meanwhile' };
    // Once while it stops for that, once while it starts.
    for (const isRunning of [true, false]) {
      assert.equal(cluster.brokers[1]?.state, isRunning ? 'running' : 'killed');
      const restarted = assert.rejects(cluster.restart(2), killed);
      await Promise.resolve();
      await cluster.kill(2);
      await restarted;
      assert.equal(cluster.brokers[1]?.state, 'killed');
    }
    await cluster.restart(2);
    await until(() => cluster.inSyncReplicas('orders').length === 3);
  });
}

test('a broker whose data would end with its thread is neither killed nor started again', async () => {
  await using cluster = await createCluster({ threads: true, storage: 'memory' });
  const refused = { code: 'INVALID_ARGUMENT', message: /leave out threads: true or storage/ };
  await assert.rejects(cluster.kill(2), refused);
  await assert.rejects(cluster.restart(2), refused);
  assert.equal(cluster.brokers[1]?.state, 'running');
});

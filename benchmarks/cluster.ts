/**
 * A cluster of three, each broker in a process of its own: Odradek over an etcd of one member, and, with
 * `--beside-apache`, Apache Kafka, whose three nodes are brokers and controllers. Both live side by side and are
 * measured in turns, `--rounds` times, each after a warm-up:
 *
 * - `start`: from nothing until each broker knows all three, Odradek's etcd included.
 * - `java-producer`: acks=all to six partitions of three replicas, two of which must be in sync, written by Apache's
 *   `kafka-producer-perf-test`; only beside Apache Kafka, unless it is named.
 * - `throughput`: the same by our own client: batches of 15 records of 1 KiB, as Java's producer fills its 16 KiB, two
 *   of them a request, five requests in flight to each broker.
 * - `latency`: one record of 1 KiB after the other, 100 a second, until it is acknowledged by all, and until a
 *   consumer has it.
 * - `failover`: SIGKILL of the broker that leads what is written to, one record each 5 ms, until another one
 *   acknowledges a write; also where it is the controller.
 * - `stop`: the same by SIGTERM: the longest time without an acknowledgement.
 *
 * CPU seconds are those of the three brokers together; Odradek's etcd is named beside them, as Apache Kafka keeps
 * its metadata in the brokers.
 *
 * `npm run bench -- cluster [--tiny] [--beside-apache] [--rounds=5] [--only=throughput,latency] [--seconds=4]`
 */
import { parseArgs } from 'node:util';
import { startApacheCluster } from './lib/apache-cluster.ts';
import { killedLeader, stoppedLeader } from './lib/cluster-failover.ts';
import { createJavaProducerTopic, javaProducer } from './lib/cluster-java-producer.ts';
import { LatencyLoad } from './lib/cluster-latency.ts';
import { ThroughputLoad } from './lib/cluster-throughput.ts';
import { findEtcd } from './lib/etcd.ts';
import type { MeasuredCluster } from './lib/measured-cluster.ts';
import { startOdradekCluster } from './lib/odradek-cluster.ts';
import { ComparedFigures } from './lib/compared-figures.ts';
import { findJars } from './peers/jars.ts';

const { values } = parseArgs({
  options: {
    tiny: { type: 'boolean', default: false },
    'beside-apache': { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string' },
    seconds: { type: 'string' },
  },
});
const rounds = Number(values.rounds ?? (values.tiny ? 1 : 5));
const stretchMs = Number(values.seconds ?? (values.tiny ? 0.3 : 4)) * 1000;
const parts = ['start', 'throughput', 'latency', 'failover', 'stop'];
const only = new Set(
  values.only?.split(',') ?? [...parts, ...(values['beside-apache'] ? ['java-producer'] : [])],
);
/** Of one-record writes: modest, so that no broker is at its limits on a machine that does other things too. */
const perSecond = 100;
/** Unmeasured before, in stretches: a JIT compiler needs its time to warm up. */
const warmUpStretches = values.tiny ? 1 : 5;

/** As the names of the figures below; all else is to be ahead of Apache Kafka. */
const goals = new Map([
  ['failover, until writes go on, ms', '1000'],
  ['failover, also the controller, ms', '1000'],
  ['orderly stop, without writes, ms', '200'],
]);

type Start = () => Promise<MeasuredCluster>;

/** What is compared: Odradek, and Apache Kafka where it is asked for. */
async function startsOf(etcd: string): Promise<readonly Start[]> {
  const ours = (): Promise<MeasuredCluster> => startOdradekCluster(etcd);
  if (!values['beside-apache']) return [ours];
  const jars = await findJars();
  if (!jars.available) throw new Error(jars.reason);
  return [ours, () => startApacheCluster(jars.folder)];
}

async function measureThroughput(
  clusters: readonly MeasuredCluster[],
  figures: ComparedFigures,
): Promise<void> {
  const loads = await Promise.all(
    clusters.map(async (cluster) => ({ cluster, load: await ThroughputLoad.start(cluster) })),
  );
  for (const { load } of loads) await load.run(stretchMs * warmUpStretches);
  for (let round = 0; round < rounds; round++) {
    for (const { cluster, load } of loads) {
      const { megabytesPerSecond, megabytesPerCpuSecond, storeCpuShare } =
        await load.run(stretchMs);
      figures.add('throughput, MB per CPU second', cluster.name, megabytesPerCpuSecond);
      figures.add('throughput, MB/s', cluster.name, megabytesPerSecond);
      if (storeCpuShare !== undefined) {
        figures.add('throughput, CPU of etcd, ms/s', cluster.name, storeCpuShare * 1000);
      }
    }
  }
  for (const { load } of loads) load.close();
}

async function measureJavaProducer(
  clusters: readonly MeasuredCluster[],
  figures: ComparedFigures,
): Promise<void> {
  const jars = await findJars();
  if (!jars.available) {
    console.log(`java-producer: ${jars.reason}`);
    return;
  }
  const megabytes = values.tiny ? 1 : 40 * (stretchMs / 1000);
  for (const cluster of clusters) await createJavaProducerTopic(cluster);
  for (const cluster of clusters) await javaProducer(jars.folder, cluster, megabytes * 2);
  for (let round = 0; round < rounds; round++) {
    for (const cluster of clusters) {
      const figure = 'java-producer, MB per CPU second';
      figures.add(figure, cluster.name, await javaProducer(jars.folder, cluster, megabytes));
    }
  }
}

async function measureLatency(
  clusters: readonly MeasuredCluster[],
  figures: ComparedFigures,
): Promise<void> {
  const loads = await Promise.all(
    clusters.map(async (cluster) => ({ cluster, load: await LatencyLoad.start(cluster) })),
  );
  const options = { records: Math.ceil((perSecond * stretchMs) / 1000), perSecond };
  const warmUp = { records: options.records * warmUpStretches, perSecond: 2 * perSecond };
  for (const { load } of loads) await load.run(warmUp);
  for (let round = 0; round < rounds; round++) {
    for (const { cluster, load } of loads) {
      const { acknowledged, endToEnd, cpuMsPerRecord } = await load.run(options);
      figures.add('latency, end to end, mean, ms', cluster.name, endToEnd.mean);
      figures.add('latency, end to end, p99, ms', cluster.name, endToEnd.p99);
      figures.add('latency, acknowledged, mean, ms', cluster.name, acknowledged.mean);
      figures.add('latency, acknowledged, p99, ms', cluster.name, acknowledged.p99);
      figures.add('latency, CPU ms a record', cluster.name, cpuMsPerRecord);
    }
  }
  for (const { load } of loads) load.close();
}

async function measureDeaths(
  clusters: readonly MeasuredCluster[],
  figures: ComparedFigures,
): Promise<void> {
  const times = Math.min(rounds, 3);
  for (let round = 0; round < times; round++) {
    for (const cluster of clusters) {
      if (only.has('failover')) {
        const name = 'failover, until writes go on, ms';
        figures.add(name, cluster.name, await killedLeader(cluster, 'other'));
        const ofController = 'failover, also the controller, ms';
        figures.add(ofController, cluster.name, await killedLeader(cluster, 'controller'));
      }
      if (only.has('stop')) {
        figures.add('orderly stop, without writes, ms', cluster.name, await stoppedLeader(cluster));
      }
    }
  }
}

/** Whatever ends the benchmark, no process is left behind. */
function killWithThis(clusters: readonly MeasuredCluster[]): void {
  process.on('exit', () => {
    for (const { nodes, storePid } of clusters) {
      const pids = [...nodes.map(({ pid }) => pid), storePid ?? 0].filter((pid) => pid > 0);
      for (const pid of pids) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has ended.
        }
      }
    }
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
}

const etcd = findEtcd();
if (etcd === undefined) {
  console.log('cluster: there is no etcd; set ETCD_BIN, or put one on the PATH');
} else {
  const figures = new ComparedFigures(goals);
  const starts = await startsOf(etcd);
  const startTimes = only.has('start') ? Math.min(rounds, 3) : 1;
  const clusters: MeasuredCluster[] = [];
  killWithThis(clusters);
  for (let round = 1; round <= startTimes; round++) {
    for (const start of starts) {
      const cluster = await start();
      figures.add('start, until each knows all, ms', cluster.name, cluster.startMs);
      clusters.push(cluster);
      if (round < startTimes) await clusters.pop()?.remove();
    }
  }
  try {
    // The more it writes, the warmer is what follows.
    if (only.has('java-producer')) await measureJavaProducer(clusters, figures);
    if (only.has('throughput')) await measureThroughput(clusters, figures);
    if (only.has('latency')) await measureLatency(clusters, figures);
    await measureDeaths(clusters, figures);
  } finally {
    for (const cluster of clusters) await cluster.remove();
  }
  figures.print();
}

import { runJavaTool } from '../peers/java-tools.ts';
import { clusterCpuSeconds, type MeasuredCluster } from './measured-cluster.ts';
import { bootstrapOf, createReplicatedTopic } from './replicated-topic.ts';

const recordBytes = 1024;
const partitionsPerLeader = 2;
const topic = 'java-producer';

/** Makes the topic that `javaProducer` writes to. */
export async function createJavaProducerTopic(cluster: MeasuredCluster): Promise<void> {
  const nodeIds = cluster.nodes.map(({ nodeId }) => nodeId);
  const leaders = Array.from({ length: partitionsPerLeader }, () => nodeIds).flat();
  await createReplicatedTopic(cluster, topic, leaders);
}

/**
 * Apache's `kafka-producer-perf-test` with acks=all and its other settings as they are: idempotent, batches of up to
 * 16 KiB, 5 ms for them to fill. Answers the MB of values that the brokers took in for each CPU second of theirs.
 */
export async function javaProducer(
  jars: string,
  cluster: MeasuredCluster,
  megabytes: number,
): Promise<number> {
  const records = Math.ceil((megabytes * 1e6) / recordBytes);
  const before = clusterCpuSeconds(cluster);
  const { exitCode, output } = await runJavaTool(jars, 'producer-perf-test', [
    '--topic',
    topic,
    '--num-records',
    String(records),
    '--record-size',
    String(recordBytes),
    '--throughput',
    '-1',
    '--producer-props',
    'acks=all',
    `bootstrap.servers=${cluster.nodes.map(bootstrapOf).join()}`,
  ]);
  if (exitCode !== 0 || output.includes('Exception')) throw new Error(output);
  return megabytes / (clusterCpuSeconds(cluster) - before);
}

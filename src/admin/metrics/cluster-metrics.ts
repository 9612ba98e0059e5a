import type { RunningBroker } from '../../broker/broker.ts';
import { minInsyncReplicas } from '../../config/derived-defaults.ts';
import { minInsyncReplicasSet } from '../../config/topic-config.ts';
import { topicsWithLogs } from '../../metadata/filtered-topics.ts';
import type { ClusterImage, PartitionImage } from '../../metadata/image.ts';
import { single, type Metric } from './metric.ts';

/** What this broker has of the cluster, and, where it is the controller, how the cluster is. */
export function clusterMetrics(broker: RunningBroker): Metric[] {
  const { image } = broker.metadata;
  const { nodeId } = broker.config;
  return [...replicaMetrics(broker, image, nodeId), ...controllerMetrics(image, nodeId)];
}

function replicaMetrics(broker: RunningBroker, image: ClusterImage, nodeId: number): Metric[] {
  let [replicas, leaders, thin, underMin, offline] = [0, 0, 0, 0, 0];
  for (const { name, partitions, config } of topicsWithLogs(image)) {
    for (const partition of partitions) {
      if (!partition.replicas.includes(nodeId)) continue;
      replicas++;
      if (broker.partitions.get(name, partition.index) === undefined) offline++;
      if (partition.leader !== nodeId) continue;
      leaders++;
      // Of what is in sync the configuration, which takes time to read, does not matter.
      if (!isThin(partition)) continue;
      thin++;
      const set = minInsyncReplicasSet(config.values, broker.configLayers);
      if (partition.isr.length < minInsyncReplicas(set, partition.replicas.length)) underMin++;
    }
  }
  const of = (name: string, help: string, value: number): Metric =>
    single('gauge', `kafka_server_replicamanager_${name}`, help, value);
  return [
    of('partitioncount', 'Replicas on this broker.', replicas),
    of('leadercount', 'Partitions that it leads.', leaders),
    of(
      'underreplicatedpartitions',
      'Partitions that it leads and of which not all replicas are in sync.',
      thin,
    ),
    of(
      'underminisrpartitioncount',
      'Partitions that it leads and that are not writable with acks=all.',
      underMin,
    ),
    of(
      'offlinereplicacount',
      'Replicas that should be on this broker and are not served.',
      offline,
    ),
  ];
}

function isThin({ isr, replicas }: PartitionImage): boolean {
  return isr.length < replicas.length;
}

function controllerMetrics(image: ClusterImage, nodeId: number): Metric[] {
  const isController = image.controllerId === nodeId;
  let [topics, partitions, leaderless] = [0, 0, 0];
  for (const topic of topicsWithLogs(image)) {
    topics++;
    partitions += topic.partitions.length;
    leaderless += topic.partitions.filter(({ leader }) => leader < 0).length;
  }
  const brokers = [...image.brokers.values()];
  const fenced = brokers.filter((broker) => broker.fenced).length;
  // As with Apache Kafka: others than the controller say 0, so that a sum over all brokers is right.
  const of = (name: string, help: string, value: number): Metric =>
    single('gauge', `kafka_controller_kafkacontroller_${name}`, help, isController ? value : 0);
  return [
    of('activecontrollercount', 'Whether this broker is the controller.', 1),
    of('offlinepartitionscount', 'Partitions without a leader.', leaderless),
    of('globaltopiccount', 'Topics of the cluster.', topics),
    of('globalpartitioncount', 'Partitions of the cluster.', partitions),
    of('activebrokercount', 'Brokers that serve.', brokers.length - fenced),
    of('fencedbrokercount', 'Brokers that are registered and do not serve.', fenced),
    single(
      'gauge',
      'kafka_brokers',
      'Brokers that serve, as this one knows.',
      brokers.length - fenced,
    ),
  ];
}

import type { RunningBroker } from '../../broker/broker.ts';
import type { PartitionImage, TopicImage } from '../../metadata/image.ts';
import type { Partition } from '../../replication/partition.ts';
import { labelled, others, type Metric } from './metric.ts';
import type { NamedSubjects } from './named-subjects.ts';

/** A partition that this broker leads, as its topic's series name it. */
interface LedPartition {
  /** `others` where its topic has no series of its own. */
  readonly topic: string;
  readonly partition: Partition;
  readonly image: PartitionImage;
}

/** What goes on in the partitions that this broker leads, and where their logs begin and end. */
export function topicMetrics(broker: RunningBroker, names: NamedSubjects): Metric[] {
  const { topicsByName } = broker.metadata.image;
  const counts = new Map<string, number>();
  const found: { readonly partition: Partition; readonly image: PartitionImage }[] = [];
  for (const partition of broker.partitions.all()) {
    const image = topicsByName.get(partition.topic)?.partitions[partition.index];
    if (image === undefined || partition.leaderState === undefined) continue;
    found.push({ partition, image });
    counts.set(partition.topic, (counts.get(partition.topic) ?? 0) + 1);
  }
  const named = names.of(counts);
  const led = found.map(({ partition, image }) => ({
    topic: named.has(partition.topic) ? partition.topic : others,
    partition,
    image,
  }));
  return [
    ...trafficMetrics(broker, led),
    ...logMetrics(led),
    ...exporterMetrics(led, topicsByName),
  ];
}

/** Sums over topics. */
function byTopic(
  led: readonly LedPartition[],
  of: (partition: LedPartition) => number,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const one of led) sums.set(one.topic, (sums.get(one.topic) ?? 0) + of(one));
  return sums;
}

function trafficMetrics(broker: RunningBroker, led: readonly LedPartition[]): Metric[] {
  const { totals } = broker.figures;
  const of = (name: string, help: string, count: 'messagesIn' | 'bytesIn' | 'bytesOut'): Metric => {
    const topics = byTopic(led, ({ partition }) => partition.figures.traffic[count]);
    const metric = labelled(
      'counter',
      `kafka_server_brokertopicmetrics_${name}_total`,
      `${help}; without a topic, of all together.`,
      ['topic'],
      Array.from(topics, ([topic, value]) => [{ topic }, value] as const),
    );
    return { ...metric, samples: [{ labels: {}, value: totals[count] }, ...metric.samples] };
  };
  return [
    of('messagesin', 'Records that clients wrote', 'messagesIn'),
    of('bytesin', 'Bytes that clients wrote', 'bytesIn'),
    of('bytesout', 'Bytes that clients read', 'bytesOut'),
  ];
}

/** With a series for each partition of the topics that have some, and sums of the others. */
function perPartition(
  name: string,
  help: string,
  led: readonly LedPartition[],
  of: (partition: LedPartition) => number,
  options: { readonly sumsUp: boolean },
): Metric {
  const own = led.filter(({ topic }) => topic !== others);
  const rest = led.filter(({ topic }) => topic === others);
  const sum = rest.reduce((total, one) => total + of(one), 0);
  return labelled(
    'gauge',
    name,
    help,
    ['topic', 'partition'],
    [
      ...own.map((one) => [labelsOf(one), of(one)] as const),
      ...(options.sumsUp && rest.length > 0
        ? [[{ topic: others, partition: others }, sum] as const]
        : []),
    ],
  );
}

function labelsOf({ topic, partition }: LedPartition): { topic: string; partition: string } {
  return { topic, partition: String(partition.index) };
}

function logMetrics(led: readonly LedPartition[]): Metric[] {
  const sums = { sumsUp: true };
  const alone = { sumsUp: false };
  return [
    perPartition(
      'kafka_log_log_size',
      'Bytes of a log.',
      led,
      (one) => one.partition.log.sizeBytes,
      sums,
    ),
    perPartition(
      'kafka_log_log_logstartoffset',
      'Where a log begins.',
      led,
      (one) => one.partition.log.logStartOffset,
      alone,
    ),
    perPartition(
      'kafka_log_log_logendoffset',
      'Where a log ends.',
      led,
      (one) => one.partition.log.logEndOffset,
      alone,
    ),
  ];
}

/** What kafka_exporter tells of topics. */
function exporterMetrics(
  led: readonly LedPartition[],
  topics: ReadonlyMap<string, TopicImage>,
): Metric[] {
  const of = (
    name: string,
    help: string,
    value: (partition: LedPartition) => number,
    sumsUp = false,
  ): Metric => perPartition(`kafka_topic_partition_${name}`, help, led, value, { sumsUp });
  return [
    labelled(
      'gauge',
      'kafka_topic_partitions',
      'Partitions of a topic, as the leader of its first one knows.',
      ['topic'],
      led
        .filter(({ topic, partition }) => topic !== others && partition.index === 0)
        .map(({ topic }) => [{ topic }, topics.get(topic)?.partitions.length ?? 0] as const),
    ),
    of('current_offset', 'The high watermark.', ({ partition }) => partition.highWatermark),
    of('oldest_offset', 'Where a log begins.', ({ partition }) => partition.log.logStartOffset),
    of('in_sync_replica', 'Replicas in sync.', ({ image }) => image.isr.length),
    of('leader', 'Node id of the leader.', ({ image }) => image.leader),
    of('replicas', 'Replicas.', ({ image }) => image.replicas.length),
    of(
      'under_replicated_partition',
      'Whether not all of them are in sync.',
      ({ image }) => (image.isr.length < image.replicas.length ? 1 : 0),
      true,
    ),
  ];
}

/** A broker key that gives a topic key its value where the topic does not say it. */
export interface TopicSynonym {
  readonly brokerKey: string;
  /** What one of the broker key's units is in the topic key's. */
  readonly factor: number;
}

const minutes = 60_000;
const hours = 60 * minutes;

/**
 * Where the value of a topic key comes from when the topic has none of its own: the first of these that is
 * set at all, else the default of the topic key. Keys that are not here have no broker key.
 */
const synonyms: Readonly<
  Record<string, readonly (readonly [brokerKey: string, factor: number])[]>
> = {
  'cleanup.policy': [['log.cleanup.policy', 1]],
  'compression.gzip.level': [['compression.gzip.level', 1]],
  'compression.lz4.level': [['compression.lz4.level', 1]],
  'compression.type': [['compression.type', 1]],
  'compression.zstd.level': [['compression.zstd.level', 1]],
  'delete.retention.ms': [['log.cleaner.delete.retention.ms', 1]],
  'file.delete.delay.ms': [['log.segment.delete.delay.ms', 1]],
  'flush.messages': [['log.flush.interval.messages', 1]],
  'flush.ms': [
    ['log.flush.interval.ms', 1],
    ['log.flush.scheduler.interval.ms', 1],
  ],
  'index.interval.bytes': [['log.index.interval.bytes', 1]],
  'local.retention.bytes': [['log.local.retention.bytes', 1]],
  'local.retention.ms': [['log.local.retention.ms', 1]],
  'max.compaction.lag.ms': [['log.cleaner.max.compaction.lag.ms', 1]],
  'max.message.bytes': [['message.max.bytes', 1]],
  'message.timestamp.after.max.ms': [['log.message.timestamp.after.max.ms', 1]],
  'message.timestamp.before.max.ms': [['log.message.timestamp.before.max.ms', 1]],
  'message.timestamp.type': [['log.message.timestamp.type', 1]],
  'min.cleanable.dirty.ratio': [['log.cleaner.min.cleanable.ratio', 1]],
  'min.compaction.lag.ms': [['log.cleaner.min.compaction.lag.ms', 1]],
  'min.insync.replicas': [['min.insync.replicas', 1]],
  'odradek.batch.validation': [['odradek.batch.validation', 1]],
  preallocate: [['log.preallocate', 1]],
  'retention.bytes': [['log.retention.bytes', 1]],
  'retention.ms': [
    ['log.retention.ms', 1],
    ['log.retention.minutes', minutes],
    ['log.retention.hours', hours],
  ],
  'segment.bytes': [['log.segment.bytes', 1]],
  'segment.index.bytes': [['log.index.size.max.bytes', 1]],
  'segment.jitter.ms': [
    ['log.roll.jitter.ms', 1],
    ['log.roll.jitter.hours', hours],
  ],
  'segment.ms': [
    ['log.roll.ms', 1],
    ['log.roll.hours', hours],
  ],
  'unclean.leader.election.enable': [['unclean.leader.election.enable', 1]],
};

/** Of a broker key that is one of several for the same, all of them, the first to be asked first. */
export const brokerSynonyms: ReadonlyMap<string, readonly string[]> = new Map(
  Object.values(synonyms)
    .map((behind) => behind.map(([brokerKey]) => brokerKey))
    .flatMap((names) => names.map((name) => [name, names])),
);

/** The broker keys behind a topic key, the first to be asked first. */
export const topicSynonyms: ReadonlyMap<string, readonly TopicSynonym[]> = new Map(
  Object.entries(synonyms).map(([topicKey, behind]) => [
    topicKey,
    behind.map(([brokerKey, factor]) => ({ brokerKey, factor })),
  ]),
);

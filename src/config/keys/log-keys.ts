import { parseKeyTable } from '../config-key.ts';

/** Broker keys about topics, logs and their metadata. */
export const logKeys = parseKeyTable(
  'broker',
  `
auto.create.topics.enable | BOOLEAN | true |  | high | read-only | acts
    Whether a client that asks for an unknown topic makes it come into being.
compression.gzip.level | INT | -1 | [1,...,9] or -1 | medium | cluster-wide | acts
    How hard gzip works for topics that do not say it themselves.
compression.lz4.level | INT | 9 | [1,...,17] | medium | cluster-wide | acts
    How hard lz4 works for topics that do not say it themselves; 9 is quickest, the others search deeper up to 12.
compression.type | STRING | producer | [uncompressed, zstd, lz4, snappy, gzip, producer] | high | cluster-wide | acts
    The codec in which batches are stored for topics that do not say it themselves.
compression.zstd.level | INT | 3 | [-131072,...,22] | medium | cluster-wide | acts
    How hard zstd works for topics that do not say it themselves.
cordoned.log.dirs | LIST | "" |  | medium | per-broker | acts
    Log directories that get no new partitions; '*', set at run time, is all of them and keeps replicas from the broker, single directories mean nothing yet.
default.replication.factor | INT | null |  | medium | read-only | acts
    Replicas of a topic that is created without saying how many; unless set 3, or as many as there are brokers registered where those are fewer.
delete.topic.enable | BOOLEAN | true |  | high | read-only | acts
    Whether topics may be deleted.
log.cleaner.backoff.ms | LONG | 15000 | [0,...] | medium | cluster-wide | acts
    Pause of the compactor when there is nothing to compact.
log.cleaner.dedupe.buffer.size | LONG | 134217728 |  | medium | cluster-wide | acts
    Memory in which the compactor remembers keys.
log.cleaner.delete.retention.ms | LONG | 86400000 | [0,...] | medium | cluster-wide | acts
    How long a compacted topic shows that a key was deleted, for topics that do not say it themselves.
log.cleaner.enable | BOOLEAN | true |  | medium | read-only | acts
    Whether topics are compacted at all.
log.cleaner.io.buffer.load.factor | DOUBLE | 0.9 |  | medium | cluster-wide | acts
    How full the compactor's memory of keys may get.
log.cleaner.io.buffer.size | INT | 524288 | [0,...] | medium | cluster-wide | acts
    Memory for the compactor's reads and writes.
log.cleaner.io.max.bytes.per.second | DOUBLE | 1.7976931348623157E308 |  | medium | cluster-wide | acts
    Bytes that the compactor reads and writes in a second at most.
log.cleaner.max.compaction.lag.ms | LONG | 9223372036854775807 | [1,...] | medium | cluster-wide | acts
    The age at which a record must have come under compaction, for topics that do not say it themselves.
log.cleaner.min.cleanable.ratio | DOUBLE | 0.5 | [0,...,1] | medium | cluster-wide | acts
    The share of a log that must be new before it is compacted again, for topics that do not say it themselves.
log.cleaner.min.compaction.lag.ms | LONG | 0 | [0,...] | medium | cluster-wide | acts
    The age below which compaction leaves a record alone, for topics that do not say it themselves.
log.cleaner.threads | INT | 1 | [0,...] | medium | cluster-wide | ignored
    Threads of the compactor; it runs beside the broker here.
log.cleanup.policy | LIST | delete | [compact, delete] | medium | cluster-wide | acts
    What happens to old records of topics that do not say it themselves.
log.dir | LIST | null |  | high | read-only | acts
    Where the data is, if 'log.dirs' does not say it.
log.dir.failure.timeout.ms | LONG | 30000 | [1,...] | low | read-only | later
    How long a broker goes on when it cannot report a failed log directory.
log.dirs | LIST | null |  | high | read-only | acts
    The directories that hold the data; new partitions go to the one with the fewest.
log.flush.interval.messages | LONG | 9223372036854775807 | [1,...] | high | cluster-wide | acts
    Records after which an append waits for an fsync, for topics that do not say it themselves.
log.flush.interval.ms | LONG | null |  | high | cluster-wide | acts
    How long a record may wait for an fsync, for topics that do not say it themselves; 'log.flush.scheduler.interval.ms' unless set.
log.flush.offset.checkpoint.interval.ms | INT | 60000 | [0,...] | high | read-only | acts
    How often it is written down up to where each log is flushed.
log.flush.scheduler.interval.ms | LONG | 9223372036854775807 |  | high | read-only | acts
    How often logs are looked at for records that have waited too long for an fsync.
log.flush.start.offset.checkpoint.interval.ms | INT | 60000 | [0,...] | high | read-only | acts
    How often it is written down where each log begins.
log.index.interval.bytes | INT | 4096 | [0,...] | medium | cluster-wide | acts
    Bytes of log between two index entries, for topics that do not say it themselves.
log.index.size.max.bytes | INT | 10485760 | [4,...] | medium | cluster-wide | acts
    Room for each of a segment's indexes, for topics that do not say it themselves.
log.local.retention.bytes | LONG | -2 | [-2,...] | medium | cluster-wide | later
    With tiered storage: bytes of a partition on local disk, for topics that do not say it themselves.
log.local.retention.ms | LONG | -2 | [-2,...] | medium | cluster-wide | later
    With tiered storage: how long records stay on local disk, for topics that do not say it themselves.
log.message.timestamp.after.max.ms | LONG | 3600000 | [0,...] | medium | cluster-wide | acts
    How far a timestamp may be ahead of the broker's clock, for topics that do not say it themselves.
log.message.timestamp.before.max.ms | LONG | 9223372036854775807 | [0,...] | medium | cluster-wide | acts
    How far a timestamp may be behind the broker's clock, for topics that do not say it themselves.
log.message.timestamp.type | STRING | CreateTime | [CreateTime, LogAppendTime] | medium | cluster-wide | acts
    Whose clock stamps the records of topics that do not say it themselves.
log.preallocate | BOOLEAN | false |  | medium | cluster-wide | acts
    Whether new segments take the size of a full one in the file system at once, instead of growing as they are written.
log.retention.bytes | LONG | -1 |  | high | cluster-wide | acts
    Size of a partition above which its oldest segments go, for topics that do not say it themselves; -1 is no bound.
log.retention.check.interval.ms | LONG | 300000 | [1,...] | medium | read-only | acts
    How often logs are looked at for segments to delete.
log.retention.hours | INT | 168 |  | high | read-only | acts
    Age in hours beyond which segments go; 'log.retention.minutes' and 'log.retention.ms' come before it.
log.retention.minutes | INT | null |  | high | read-only | acts
    Age in minutes beyond which segments go; 'log.retention.ms' comes before it.
log.retention.ms | LONG | null |  | high | cluster-wide | acts
    Age beyond which segments go, for topics that do not say it themselves; -1 keeps them for ever.
log.roll.hours | INT | 168 | [1,...] | high | read-only | acts
    Age in hours at which a segment is closed; 'log.roll.ms' comes before it.
log.roll.jitter.hours | INT | 0 | [0,...] | high | read-only | acts
    Up to how many hours earlier a segment may be closed; 'log.roll.jitter.ms' comes before it.
log.roll.jitter.ms | LONG | null |  | high | cluster-wide | acts
    Up to how much earlier a segment may be closed, for topics that do not say it themselves.
log.roll.ms | LONG | null |  | high | cluster-wide | acts
    Age at which a segment is closed, for topics that do not say it themselves.
log.segment.bytes | INT | 1073741824 | [1048576,...] | high | cluster-wide | acts
    Size at which a segment is closed, for topics that do not say it themselves.
log.segment.delete.delay.ms | LONG | 60000 | [0,...] | high | cluster-wide | acts
    How long the files of deleted segments stay, for topics that do not say it themselves.
message.max.bytes | INT | 1048588 | [0,...] | high | cluster-wide | acts
    The largest batch that is accepted, for topics that do not say it themselves.
metadata.log.dir | STRING | null |  | high | read-only | acts
    Where the metadata journal is; the first of 'log.dirs' unless set.
metadata.log.max.record.bytes.between.snapshots | LONG | 20971520 | [1,...] | high | read-only | ignored
    When KRaft writes a snapshot; the journal here decides by its own size.
metadata.log.max.snapshot.interval.ms | LONG | 3600000 | [0,...] | high | read-only | ignored
    How often KRaft writes a snapshot.
metadata.log.segment.bytes | INT | 1073741824 | [8388608,...] | high | read-only | ignored
    Size of a segment of KRaft's log.
metadata.log.segment.ms | LONG | 604800000 |  | high | read-only | ignored
    Age of a segment of KRaft's log.
metadata.max.idle.interval.ms | INT | 500 | [0,...] | low | read-only | ignored
    How often an idle KRaft controller writes a record.
metadata.max.retention.bytes | LONG | 104857600 |  | high | read-only | ignored
    Bytes of KRaft's log that are kept.
metadata.max.retention.ms | LONG | 604800000 |  | high | read-only | ignored
    How long KRaft's log is kept.
min.insync.replicas | INT | null | [1,...] | high | cluster-wide | acts
    How many in-sync replicas a write with 'acks=all' needs, for topics that do not say it themselves; unless set 2 of three or more, 1 of fewer.
num.partitions | INT | 1 | [1,...] | medium | read-only | acts
    Partitions of a topic that is created without saying how many.
num.recovery.threads.per.data.dir | INT | 2 | [1,...] | high | cluster-wide | ignored
    Threads that recover logs at start.
producer.id.expiration.ms | INT | 86400000 | [1,...] | low | cluster-wide | acts
    How long a partition remembers an idempotent producer that has gone silent.
unclean.leader.election.enable | BOOLEAN | false |  | high | cluster-wide | later
    Whether a replica that is not in sync may lead when no other can, for topics that do not say it themselves.
`,
);

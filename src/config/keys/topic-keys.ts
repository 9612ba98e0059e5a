import { parseKeyTable } from '../config-key.ts';

/** Configuration keys of topics. */
export const topicKeys = parseKeyTable(
  'topic',
  `
cleanup.policy | LIST | delete | [compact, delete] | medium | cluster-wide | acts
    What happens to old records: 'delete' drops whole segments by age and size, 'compact' keeps the newest record of each key; both or neither may be given.
compression.gzip.level | INT | -1 | [1,...,9] or -1 | medium | cluster-wide | acts
    How hard gzip works where the broker compresses: 1 is quickest, 9 smallest, -1 leaves it to zlib.
compression.lz4.level | INT | 9 | [1,...,17] | medium | cluster-wide | acts
    How hard lz4 works where the broker compresses; 9 is the quick compressor, at all other levels a thorough one searches, deeper up to 12.
compression.type | STRING | producer | [uncompressed, zstd, lz4, snappy, gzip, producer] | medium | cluster-wide | acts
    The codec in which batches are stored; 'producer' keeps each as it was sent, 'uncompressed' stores them plain.
compression.zstd.level | INT | 3 | [-131072,...,22] | medium | cluster-wide | acts
    How hard zstd works where the broker compresses; a lower number is quicker.
delete.retention.ms | LONG | 86400000 | [0,...] | medium | cluster-wide | acts
    How long a compacted topic still shows that a key was deleted.
file.delete.delay.ms | LONG | 60000 | [0,...] | medium | cluster-wide | acts
    How long the files of a deleted segment stay on disk, so that reads under way can end.
flush.messages | LONG | 9223372036854775807 | [1,...] | medium | cluster-wide | acts
    Records after which an append waits for an fsync; unset leaves flushing to the background.
flush.ms | LONG | 9223372036854775807 | [0,...] | medium | cluster-wide | acts
    How long a record may wait for an fsync; unset leaves flushing to the background.
follower.replication.throttled.replicas | LIST | "" | [partitionId]:[brokerId],[partitionId]:[brokerId],... | medium | cluster-wide | acts
    Replicas whose catching up is throttled where they follow, as 'partition:broker' pairs, or '*' for all.
index.interval.bytes | INT | 4096 | [0,...] | medium | cluster-wide | acts
    Bytes of log between two entries of the offset index.
leader.replication.throttled.replicas | LIST | "" | [partitionId]:[brokerId],[partitionId]:[brokerId],... | medium | cluster-wide | acts
    Replicas whose catching up is throttled where their leader is, as 'partition:broker' pairs, or '*' for all.
local.retention.bytes | LONG | -2 | [-2,...] | medium | cluster-wide | later
    With tiered storage: bytes of a partition that stay on local disk; -2 means as many as are kept at all.
local.retention.ms | LONG | -2 | [-2,...] | medium | cluster-wide | later
    With tiered storage: how long records stay on local disk; -2 means as long as they are kept at all.
max.compaction.lag.ms | LONG | 9223372036854775807 | [1,...] | medium | cluster-wide | acts
    The age at which a record must have come under compaction.
max.message.bytes | INT | 1048588 | [0,...] | medium | cluster-wide | acts
    The largest batch that is accepted, in bytes as it is stored.
message.timestamp.after.max.ms | LONG | 3600000 | [0,...] | medium | cluster-wide | acts
    How far a record's timestamp may be ahead of the broker's clock.
message.timestamp.before.max.ms | LONG | 9223372036854775807 | [0,...] | medium | cluster-wide | acts
    How far a record's timestamp may be behind the broker's clock.
message.timestamp.type | STRING | CreateTime | [CreateTime, LogAppendTime] | medium | cluster-wide | acts
    Whose clock stamps records: the producer's ('CreateTime') or the broker's ('LogAppendTime').
min.cleanable.dirty.ratio | DOUBLE | 0.5 | [0,...,1] | medium | cluster-wide | acts
    The share of a compacted log that must be new before it is compacted again.
min.compaction.lag.ms | LONG | 0 | [0,...] | medium | cluster-wide | acts
    The age below which a record is left alone by compaction.
min.insync.replicas | INT | null | [1,...] | medium | cluster-wide | acts
    How many in-sync replicas a write with 'acks=all' needs, never more than the topic has; unless set 2 of three or more, 1 of fewer.
odradek.batch.validation | STRING | header | [header, records] | medium | cluster-wide | acts
    How much of a batch is checked: its header and CRC, or every record in it too, as Apache does.
odradek.filter | STRING | null |  | high | cluster-wide | acts
    Which records of 'odradek.source.topic' a filtered topic shows: a condition in CEL over 'key', 'value', 'headers', 'timestamp', 'partition', 'offset' and 'topic'. May be changed.
odradek.source.topic | STRING | null | non-empty string | high | read-only | acts
    Makes this a filtered topic, which shows those records of another topic that match 'odradek.filter' and has no logs of its own. Set when the topic is created, and not changed.
preallocate | BOOLEAN | false |  | medium | cluster-wide | acts
    Whether a new segment takes the size of a full one in the file system at once, instead of growing as it is written.
remote.log.copy.disable | BOOLEAN | false |  | medium | cluster-wide | later
    With tiered storage: whether nothing further is copied to the remote side.
remote.log.delete.on.disable | BOOLEAN | false |  | medium | cluster-wide | later
    With tiered storage: whether remote data goes when tiering is turned off.
remote.storage.enable | BOOLEAN | false |  | medium | cluster-wide | later
    Whether the topic's older segments move to remote storage.
retention.bytes | LONG | -1 |  | medium | cluster-wide | acts
    Size of a partition above which its oldest segments are deleted; -1 is no bound.
retention.ms | LONG | 604800000 | [-1,...] | medium | cluster-wide | acts
    Age beyond which segments are deleted; -1 keeps them for ever.
segment.bytes | INT | 1073741824 | [1048576,...] | medium | cluster-wide | acts
    Size at which a segment is closed and the next one begun.
segment.index.bytes | INT | 10485760 | [4,...] | medium | cluster-wide | acts
    Room for each of a segment's indexes.
segment.jitter.ms | LONG | 0 | [0,...] | medium | cluster-wide | acts
    Up to how much earlier than 'segment.ms' a segment may be closed, drawn at random so that not all are at once.
segment.ms | LONG | 604800000 | [1,...] | medium | cluster-wide | acts
    Age at which a segment is closed even if it is not full.
unclean.leader.election.enable | BOOLEAN | false |  | medium | cluster-wide | later
    Whether a replica that is not in sync may lead when no other can, at the price of lost records.
`,
);

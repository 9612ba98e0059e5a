import { parseKeyTable } from '../config-key.ts';

/** Broker keys about tiered storage. */
export const remoteKeys = parseKeyTable(
  'broker',
  `
follower.fetch.last.tiered.offset.enable | BOOLEAN | false |  | medium | cluster-wide | later
    With tiered storage: whether a new replica begins where local data begins.
remote.fetch.max.wait.ms | INT | 500 | [1,...] | medium | cluster-wide | later
    With tiered storage: how long a fetch waits for the remote side.
remote.list.offsets.request.timeout.ms | LONG | 30000 | [1,...] | medium | cluster-wide | later
    With tiered storage: how long a search by time waits for the remote side.
remote.log.index.file.cache.total.size.bytes | LONG | 1073741824 | [1,...] | low | cluster-wide | later
    With tiered storage: disk for indexes of remote segments.
remote.log.manager.copier.thread.pool.size | INT | 10 | [1,...] | medium | cluster-wide | ignored
    With tiered storage: threads that copy segments out.
remote.log.manager.copy.max.bytes.per.second | LONG | 9223372036854775807 | [1,...] | medium | cluster-wide | later
    With tiered storage: bytes copied out in a second at most.
remote.log.manager.copy.quota.window.num | INT | 11 | [1,...] | medium | read-only | later
    With tiered storage: samples over which copying is measured.
remote.log.manager.copy.quota.window.size.seconds | INT | 1 | [1,...] | medium | read-only | later
    With tiered storage: length of each sample of copying.
remote.log.manager.expiration.thread.pool.size | INT | 10 | [1,...] | medium | cluster-wide | ignored
    With tiered storage: threads that delete remote segments.
remote.log.manager.fetch.max.bytes.per.second | LONG | 9223372036854775807 | [1,...] | medium | cluster-wide | later
    With tiered storage: bytes fetched back in a second at most.
remote.log.manager.fetch.quota.window.num | INT | 11 | [1,...] | medium | read-only | later
    With tiered storage: samples over which fetching is measured.
remote.log.manager.fetch.quota.window.size.seconds | INT | 1 | [1,...] | medium | read-only | later
    With tiered storage: length of each sample of fetching.
remote.log.manager.follower.thread.pool.size | INT | 2 | [1,...] | medium | cluster-wide | ignored
    With tiered storage: threads of followers.
remote.log.manager.task.interval.ms | LONG | 30000 | [1,...] | low | read-only | later
    With tiered storage: how often segments are looked at for copying and deletion.
remote.log.manager.thread.pool.size | INT | 2 | [1,...] | medium | read-only | ignored
    With tiered storage: threads of the manager.
remote.log.metadata.custom.metadata.max.bytes | INT | 128 | [0,...] | low | read-only | later
    With tiered storage: bytes that a plugin may store with a segment.
remote.log.metadata.manager.class.name | STRING | org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager | non-empty string | medium | read-only | ignored
    With tiered storage: the Java class that keeps remote metadata.
remote.log.metadata.manager.class.path | STRING | null |  | medium | read-only | ignored
    With tiered storage: where that Java class is.
remote.log.metadata.manager.impl.prefix | STRING | rlmm.config. | non-empty string | medium | read-only | ignored
    With tiered storage: prefix of that class's own keys.
remote.log.metadata.manager.listener.name | STRING | null | non-empty string | medium | read-only | ignored
    With tiered storage: the listener that class connects to.
remote.log.reader.max.pending.tasks | INT | 100 | [1,...] | medium | read-only | later
    With tiered storage: remote reads that may wait.
remote.log.reader.threads | INT | 10 | [1,...] | medium | cluster-wide | ignored
    With tiered storage: threads that read from the remote side.
remote.log.storage.manager.class.name | STRING | null | non-empty string | medium | read-only | ignored
    With tiered storage: the Java class that stores segments.
remote.log.storage.manager.class.path | STRING | null |  | medium | read-only | ignored
    With tiered storage: where that Java class is.
remote.log.storage.manager.impl.prefix | STRING | rsm.config. | non-empty string | medium | read-only | ignored
    With tiered storage: prefix of that class's own keys.
remote.log.storage.system.enable | BOOLEAN | false |  | medium | read-only | later
    Whether topics can move older segments to remote storage.
`,
);

import { parseKeyTable } from '../config-key.ts';

/** Keys that Apache Kafka does not have: bounds of queues, caches and waits. */
export const odradekKeys = parseKeyTable(
  'broker',
  `
odradek.answer.contended.timeout.ms | INT | 30000 | [1,...] | medium | read-only | acts
    While fetches wait for the memory of answers: how long a client may take to read one before its connection is closed.
odradek.batch.validation | STRING | header | [header, records] | medium | cluster-wide | acts
    How much of a batch is checked, for topics that do not say it themselves: its header and CRC, or every record in it too, as Apache does.
odradek.blocking.call.slow.ms | INT | 5 | [1,...] | low | read-only | acts
    A blocking read or write in a log directory that takes longer makes it slow: its calls go through the thread pool until they are quick again.
odradek.blocking.write.max.bytes | INT | 1048576 | [0,...] | low | read-only | acts
    Bytes up to which a write to a log blocks the broker's thread, which is cheap while the page cache takes them; a larger one goes through the thread pool.
odradek.connection.requests.max | INT | 256 | [1,...] | low | read-only | acts
    Requests of one connection that may be unanswered; beyond it the connection is not read from.
odradek.decompressed.batch.max.bytes | INT | 134217728 | [1024,...] | medium | read-only | acts
    Bytes that one batch may become when it is decompressed; a larger one is refused, and no record is looked for in it.
odradek.described.configs.max | INT | 250000 | [1,...] | low | read-only | acts
    Configs after which one request of DescribeConfigs is told of no further topic, broker or group.
odradek.fetch.cache.bytes | LONG | 67108864 | [0,...] | high | read-only | acts
    Memory for the newest batches of all partitions, from which consumers at the tail are served.
odradek.filter.cache.bytes | LONG | 67108864 | [0,...] | medium | read-only | acts
    Memory for what filtered topics show of the batches read last, so that many readers of a filtered topic cost one evaluation.
odradek.flush.directory.bytes | LONG | 536870912 | [1,...] | medium | read-only | acts
    Bound of the unflushed bytes in one log directory: its oldest are flushed from half of it on, to stay below it.
odradek.flush.partition.bytes | LONG | 67108864 | [1,...] | medium | read-only | acts
    Unflushed bytes in one partition at which it is flushed in the background.
odradek.group.consumer.unsettled.heartbeat.interval.ms | INT | 2147483647 | [1,...] | low | read-only | acts
    How soon members of a consumer group are to send their next heartbeat while they wait for partitions, and for a moment after each assignment; of no effect where their heartbeat interval is shorter.
odradek.memory.storage.bytes | LONG | 268435456 | [1048576,...] | medium | read-only | acts
    Bytes that a broker which stores in memory may hold; beyond it writes fail as on a full disk.
odradek.metadata.answer.max.bytes | INT | 16777216 | [2097152,...] | low | read-only | acts
    Bytes that one answer of etcd may have; a larger one is asked for in smaller pieces, or refused.
odradek.metadata.history.commits | INT | 1000 | [1,...] | low | read-only | acts
    Commits of metadata that are remembered for watchers who come late.
odradek.metadata.history.ms | INT | 300000 | [0,...] | medium | read-only | acts
    How long etcd keeps its history at least; what is older is compacted, in all of that etcd. 0 leaves that to etcd.
odradek.metadata.journal.bytes | INT | 4194304 | [4096,...] | low | read-only | acts
    Size below which the metadata journal is never written anew; above, it is when twice the size of what it holds.
odradek.metadata.password | PASSWORD | null |  | medium | read-only | acts
    The password of 'odradek.metadata.user'.
odradek.metadata.password.file | STRING | null |  | medium | read-only | acts
    A file with the password of 'odradek.metadata.user', read when the broker starts.
odradek.metadata.store | STRING | embedded | non-empty string | high | read-only | acts
    Where topics, configs and all else that brokers must agree on is kept: embedded, which is a journal in the data directory, or an etcd (3.4 or later): etcd://host:2379,host2:2379, with TLS etcds://, and /some/prefix behind it where several clusters share one etcd.
odradek.metadata.timeout.ms | INT | 5000 | [100,...] | medium | read-only | acts
    How long a request to etcd may take in all once it is its turn, with what is tried again at other members.
odradek.metadata.tls.ca.file | STRING | null |  | medium | read-only | acts
    Certificates (PEM) of whom to trust about etcd; not set, those that Node.js trusts. It takes an address with etcds://.
odradek.metadata.tls.certificate.file | STRING | null |  | medium | read-only | acts
    The certificate (PEM) by which etcd knows this broker.
odradek.metadata.tls.key.file | STRING | null |  | medium | read-only | acts
    The private key (PEM) of 'odradek.metadata.tls.certificate.file'.
odradek.metadata.tls.key.password | PASSWORD | null |  | medium | read-only | acts
    The password of that key, where it is encrypted.
odradek.metadata.user | STRING | null |  | medium | read-only | acts
    The user of etcd, where it has users.
odradek.open.files.max | INT | 16384 | [16,...] | medium | read-only | acts
    Files of logs that are open at a time.
odradek.partitions.per.request.max | INT | 10000 | [1,...] | low | read-only | acts
    Partitions that one request may create.
odradek.queued.max.answer.bytes | LONG | 268435456 | [1,...] | medium | read-only | acts
    Bytes of records that are kept for answers which clients have not read yet, in the whole broker; beyond it fetches wait, and answers are smaller the nearer it is.
odradek.read.buffer.bytes | LONG | 16777216 | [1048576,...] | medium | read-only | acts
    Memory for reads of files, in pieces that are used again.
odradek.request.body.contended.timeout.ms | INT | 60000 | [1,...] | medium | read-only | acts
    While connections wait for the memory of requests: how long a body may take in all, at the average rate at which it has come so far, before its connection is closed.
odradek.request.body.grace.ms | INT | 5000 | [0,...] | low | read-only | acts
    How long after its beginning a body is not judged by its rate.
odradek.request.body.timeout.ms | INT | 30000 | [1,...] | medium | read-only | acts
    How long the body of a request may stand still before its connection is closed.
odradek.send.buffer.bytes | INT | 262144 | [1,...] | low | read-only | acts
    Bytes of answers that may wait for one client to read them; beyond it nothing more is read from that client.
odradek.shutdown.drain.ms | INT | 5000 | [0,...] | medium | read-only | acts
    How long a stopping broker waits for requests that it has begun.
odradek.shutdown.flush.ms | INT | 5000 | [0,...] | medium | read-only | acts
    For how long a stopping broker flushes its logs; what is left then is written, and checked at the next start if the machine has lost its memory by then. Where that cannot be told (there is no boot id), all are flushed.
odradek.topic.visible.timeout.ms | INT | 1000 | [0,...] | low | read-only | acts
    How long a request that makes topics or partitions waits, once they are made, until every broker that serves knows them.
`,
);

import { parseKeyTable } from '../config-key.ts';

/** Broker keys about the node, its cluster, replication and quotas. */
export const clusterKeys = parseKeyTable(
  'broker',
  `
alter.config.policy.class.name | CLASS | null |  | low | read-only | ignored
    A Java class that judges changes of configuration.
alter.log.dirs.replication.quota.window.num | INT | 11 | [1,...] | low | read-only | later
    Samples over which moves between log directories are measured.
alter.log.dirs.replication.quota.window.size.seconds | INT | 1 | [1,...] | low | read-only | later
    Length of each sample of moves between log directories.
auto.leader.rebalance.enable | BOOLEAN | true |  | high | read-only | acts
    Whether leadership returns to the preferred replicas by itself.
background.threads | INT | 10 | [1,...] | high | cluster-wide | ignored
    Threads for background work; work is spread by the runtime here.
broker.heartbeat.interval.ms | INT | 2000 |  | medium | read-only | ignored
    How often a KRaft broker is heard of; four times in 'broker.session.timeout.ms' here.
broker.id | INT | -1 |  | high | read-only | acts
    The older name of 'node.id'.
broker.rack | STRING | null |  | medium | read-only | acts
    The rack or zone of this broker, by which replicas are spread.
broker.session.timeout.ms | INT | 9000 |  | medium | read-only | acts
    How long a broker may be silent before it is fenced and its partitions get other leaders.
client.quota.callback.class | CLASS | null |  | low | read-only | ignored
    A Java class that decides which quota holds for a client.
config.providers | LIST | "" |  | low | cluster-wide | ignored
    Java classes that fetch configuration values from elsewhere.
controlled.shutdown.enable | BOOLEAN | true |  | medium | read-only | acts
    Whether a broker hands its leaderships over before it stops.
controller.listener.names | LIST | null |  | high | read-only | ignored
    Listeners of a KRaft controller; the controller needs none here.
controller.quorum.append.linger.ms | INT | 25 | [0,...] | medium | read-only | ignored
    How long the KRaft quorum gathers records before it writes.
controller.quorum.auto.join.enable | BOOLEAN | false |  | low | read-only | ignored
    Whether a KRaft controller joins the quorum by itself.
controller.quorum.bootstrap.servers | LIST | "" | non-empty list | high | read-only | ignored
    Where the KRaft quorum is found; the metadata store takes its place here.
controller.quorum.election.backoff.max.ms | INT | 1000 | [0,...] | high | read-only | ignored
    Longest pause between elections of the KRaft quorum.
controller.quorum.election.timeout.ms | INT | 1000 | [0,...] | high | read-only | ignored
    How long a KRaft voter waits for votes.
controller.quorum.fetch.max.bytes | INT | 1048576 | [1,...] | low | read-only | ignored
    Bytes of one fetch within the KRaft quorum.
controller.quorum.fetch.snapshot.max.bytes | INT | 1048576 | [1,...] | low | read-only | ignored
    Bytes of one piece of a KRaft snapshot.
controller.quorum.fetch.timeout.ms | INT | 2000 | [0,...] | high | read-only | ignored
    How long a KRaft voter goes without its leader before it calls an election.
controller.quorum.request.timeout.ms | INT | 2000 | [0,...] | medium | read-only | ignored
    How long a request within the KRaft quorum may take.
controller.quorum.retry.backoff.ms | INT | 20 | [0,...] | low | read-only | ignored
    Pause before a request within the KRaft quorum is sent again.
controller.quorum.voters | LIST | "" | non-empty list | high | read-only | ignored
    The voters of the KRaft quorum; the metadata store takes their place here.
controller.quota.window.num | INT | 11 | [1,...] | low | read-only | later
    Samples over which changes of metadata are measured for quotas.
controller.quota.window.size.seconds | INT | 1 | [1,...] | low | read-only | later
    Length of each sample of changes of metadata.
controller.socket.timeout.ms | INT | 30000 |  | medium | read-only | ignored
    How long a request to the KRaft controller may take.
create.topic.policy.class.name | CLASS | null |  | low | read-only | ignored
    A Java class that judges new topics.
delete.records.purgatory.purge.interval.requests | INT | 1 |  | medium | read-only | ignored
    When Apache's purgatory of DeleteRecords is swept; waits here need no sweeping.
follower.replication.throttled.rate | LONG | 9223372036854775807 | [0,...] | medium | cluster-wide | acts
    Bytes that this broker fetches in a second at most for throttled replicas that are not in sync.
initial.broker.registration.timeout.ms | INT | 60000 |  | medium | read-only | acts
    How long a starting broker tries to register before it gives up.
kafka.metrics.polling.interval.secs | INT | 10 | [1,...] | low | read-only | ignored
    How often Java metrics reporters look.
kafka.metrics.reporters | LIST | "" |  | low | read-only | ignored
    Java classes that report metrics.
leader.imbalance.check.interval.seconds | LONG | 300 | [1,...] | high | read-only | acts
    How often the controller looks for partitions that are not led by their preferred replica.
leader.replication.throttled.rate | LONG | 9223372036854775807 | [0,...] | medium | cluster-wide | acts
    Bytes that this broker sends in a second at most to throttled replicas that are not in sync.
metric.reporters | LIST | org.apache.kafka.common.metrics.JmxReporter |  | low | cluster-wide | ignored
    Java classes that report metrics.
metrics.num.samples | INT | 2 | [1,...] | low | read-only | ignored
    Samples of each Java metric.
metrics.recording.level | STRING | INFO |  | low | read-only | ignored
    Which Java metrics are recorded.
metrics.sample.window.ms | LONG | 30000 | [1,...] | low | read-only | ignored
    Length of a sample of Java metrics.
node.id | INT | 1 | [0,...] | high | read-only | acts
    The number of this broker, which its data bears and no other broker of the cluster has.
num.replica.alter.log.dirs.threads | INT | null |  | high | read-only | ignored
    Threads that move replicas between log directories.
num.replica.fetchers | INT | 1 | [1,...] | high | cluster-wide | acts
    Threads that fetch from each other broker.
process.roles | LIST | null | [broker, controller] | high | read-only | ignored
    Whether a KRaft node is broker, controller or both; every broker here can be the controller.
producer.purgatory.purge.interval.requests | INT | 1000 |  | medium | read-only | ignored
    When Apache's purgatory of writes is swept; waits here need no sweeping.
quota.window.num | INT | 11 | [1,...] | low | read-only | later
    Samples over which clients are measured for quotas.
quota.window.size.seconds | INT | 1 | [1,...] | low | read-only | later
    Length of each sample of clients.
replica.alter.log.dirs.io.max.bytes.per.second | LONG | 9223372036854775807 | [0,...] | medium | cluster-wide | later
    Bytes that this broker moves in a second at most between its log directories.
replica.fetch.backoff.ms | INT | 1000 | [0,...] | medium | read-only | acts
    Pause of a follower after a failed fetch.
replica.fetch.max.bytes | INT | 1048576 | [0,...] | medium | read-only | acts
    Bytes of a partition that a follower asks for at a time.
replica.fetch.min.bytes | INT | 1 |  | high | read-only | acts
    Bytes that a follower's fetch waits for.
replica.fetch.response.max.bytes | INT | 10485760 | [0,...] | medium | read-only | acts
    Bytes of one answer to a follower.
replica.fetch.wait.max.ms | INT | 500 |  | high | read-only | acts
    How long a follower's fetch waits for data.
replica.high.watermark.checkpoint.interval.ms | LONG | 5000 |  | high | read-only | acts
    How often high watermarks are written down.
replica.lag.time.max.ms | LONG | 30000 |  | high | read-only | acts
    How long a follower may be behind before it is no longer in sync.
replica.selector.class | STRING | null |  | medium | read-only | acts
    How the replica that a consumer reads from is chosen.
replica.socket.receive.buffer.bytes | INT | 65536 |  | high | read-only | ignored
    Receive buffer of followers' sockets.
replica.socket.timeout.ms | INT | 30000 |  | high | read-only | acts
    How long a follower's request may take.
replication.quota.window.num | INT | 11 | [1,...] | low | read-only | ignored
    Samples over which Apache measures replication; what goes over a throttle here is owed until it is paid.
replication.quota.window.size.seconds | INT | 1 | [1,...] | low | read-only | acts
    How much unused time of a replication throttle can be made up for.
`,
);

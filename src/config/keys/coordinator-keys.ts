import { parseKeyTable } from '../config-key.ts';

/** Broker keys about groups, offsets and transactions. */
export const coordinatorKeys = parseKeyTable(
  'broker',
  `
add.partitions.to.txn.retry.backoff.max.ms | INT | 100 | [0,...] | high | read-only | later
    Longest pause before a partition is registered with its transaction again.
add.partitions.to.txn.retry.backoff.ms | INT | 20 | [1,...] | high | read-only | later
    First pause before a partition is registered with its transaction again.
group.consumer.assignment.interval.ms | INT | 1000 | [0,...] | medium | cluster-wide | acts
    Least time between two assignments that a consumer group computes.
group.consumer.assignors | LIST | uniform,range |  | medium | read-only | acts
    The assignors that consumer groups may name, the first being the default.
group.consumer.heartbeat.interval.ms | INT | 5000 | [1,...] | medium | read-only | acts
    How often members of consumer groups are told to send a heartbeat.
group.consumer.max.assignment.interval.ms | INT | 15000 | [0,...] | medium | read-only | acts
    Upper bound of a consumer group's own assignment interval.
group.consumer.max.heartbeat.interval.ms | INT | 15000 | [1,...] | medium | read-only | acts
    Upper bound of a consumer group's own heartbeat interval.
group.consumer.max.session.timeout.ms | INT | 60000 | [1,...] | medium | read-only | acts
    Upper bound of a consumer group's own session timeout.
group.consumer.max.size | INT | 2147483647 | [1,...] | medium | read-only | acts
    Most members of a consumer group.
group.consumer.migration.policy | STRING | bidirectional | (case insensitive) [DISABLED, DOWNGRADE, UPGRADE, BIDIRECTIONAL] | medium | read-only | acts
    Which way a group may change between the classic and the consumer protocol while it has members.
group.consumer.min.assignment.interval.ms | INT | 0 | [0,...] | medium | read-only | acts
    Lower bound of a consumer group's own assignment interval.
group.consumer.min.heartbeat.interval.ms | INT | 5000 | [1,...] | medium | read-only | acts
    Lower bound of a consumer group's own heartbeat interval.
group.consumer.min.session.timeout.ms | INT | 45000 | [1,...] | medium | read-only | acts
    Lower bound of a consumer group's own session timeout.
group.consumer.session.timeout.ms | INT | 45000 | [1,...] | medium | read-only | acts
    How long a member of a consumer group may be silent before it is removed.
group.coordinator.append.linger.ms | INT | -1 | [-1,...] | medium | read-only | ignored
    How long Apache's group coordinator gathers records; here those of an event-loop turn are written together.
group.coordinator.background.threads | INT | 2 | [1,...] | high | read-only | ignored
    Threads for background work of the group coordinator.
group.coordinator.cached.buffer.max.bytes | INT | 1048588 | [524288,...] | medium | cluster-wide | ignored
    The largest buffer that Apache's group coordinator keeps for its next write; none is kept here.
group.coordinator.rebalance.protocols | LIST | classic,consumer,streams | [consumer, classic, share, streams] | medium | read-only | acts
    The kinds of groups that are served.
group.coordinator.threads | INT | 4 | [1,...] | high | read-only | ignored
    Threads of the group coordinator.
group.initial.rebalance.delay.ms | INT | 3000 |  | medium | read-only | acts
    How long a new classic group waits for further members before its first rebalance.
group.max.session.timeout.ms | INT | 1800000 |  | medium | read-only | acts
    The longest session timeout that a member of a classic group may ask for.
group.max.size | INT | 2147483647 | [1,...] | medium | read-only | acts
    Most members of a classic group.
group.min.session.timeout.ms | INT | 6000 |  | medium | read-only | acts
    The shortest session timeout that a member of a classic group may ask for.
group.share.assignment.interval.ms | INT | 1000 | [0,...] | medium | cluster-wide | later
    Least time between two assignments that a share group computes.
group.share.assignors | LIST | simple |  | medium | read-only | later
    The assignors of share groups.
group.share.delivery.count.limit | INT | 5 | [2,...,10] | medium | read-only | later
    How often a record is delivered to a share group before it is given up.
group.share.heartbeat.interval.ms | INT | 5000 | [1,...] | medium | read-only | later
    How often members of share groups are told to send a heartbeat.
group.share.max.assignment.interval.ms | INT | 15000 | [0,...] | medium | read-only | later
    Upper bound of a share group's own assignment interval.
group.share.max.delivery.count.limit | INT | 10 | [5,...,25] | medium | read-only | later
    Upper bound of a share group's own delivery count limit.
group.share.max.heartbeat.interval.ms | INT | 15000 | [1,...] | medium | read-only | later
    Upper bound of a share group's own heartbeat interval.
group.share.max.partition.max.record.locks | INT | 4000 | [2000,...,10000] | medium | read-only | later
    Upper bound of a share group's own number of records in delivery.
group.share.max.record.lock.duration.ms | INT | 60000 | [30000,...,3600000] | medium | read-only | later
    Upper bound of a share group's own record lock duration.
group.share.max.session.timeout.ms | INT | 60000 | [1,...] | medium | read-only | later
    Upper bound of a share group's own session timeout.
group.share.max.share.sessions | INT | 2000 | [1,...] | medium | read-only | later
    Most share sessions that are kept.
group.share.max.size | INT | 200 | [1,...,1000] | medium | read-only | later
    Most members of a share group.
group.share.min.assignment.interval.ms | INT | 0 | [0,...] | medium | read-only | later
    Lower bound of a share group's own assignment interval.
group.share.min.delivery.count.limit | INT | 2 | [2,...,5] | medium | read-only | later
    Lower bound of a share group's own delivery count limit.
group.share.min.heartbeat.interval.ms | INT | 5000 | [1,...] | medium | read-only | later
    Lower bound of a share group's own heartbeat interval.
group.share.min.partition.max.record.locks | INT | 100 | [100,...,2000] | medium | read-only | later
    Lower bound of a share group's own number of records in delivery.
group.share.min.record.lock.duration.ms | INT | 15000 | [1000,...,30000] | medium | read-only | later
    Lower bound of a share group's own record lock duration.
group.share.min.session.timeout.ms | INT | 45000 | [1,...] | medium | read-only | later
    Lower bound of a share group's own session timeout.
group.share.partition.max.record.locks | INT | 2000 | [100,...,10000] | medium | read-only | later
    How many records of a partition a share group may have in delivery at a time.
group.share.record.lock.duration.ms | INT | 30000 | [1000,...,3600000] | medium | read-only | later
    How long a member of a share group may hold a record before it is given to another.
group.share.session.timeout.ms | INT | 45000 | [1,...] | medium | read-only | later
    How long a member of a share group may be silent before it is removed.
group.streams.assignment.interval.ms | INT | 1000 | [0,...] | medium | cluster-wide | later
    Least time between two assignments that a streams group computes.
group.streams.heartbeat.interval.ms | INT | 5000 | [1,...] | medium | read-only | later
    How often members of streams groups are told to send a heartbeat.
group.streams.initial.rebalance.delay.ms | INT | 3000 | [0,...] | medium | read-only | later
    How long a new streams group waits for further members before its first assignment.
group.streams.max.assignment.interval.ms | INT | 15000 | [0,...] | medium | read-only | later
    Upper bound of a streams group's own assignment interval.
group.streams.max.heartbeat.interval.ms | INT | 15000 | [1,...] | medium | read-only | later
    Upper bound of a streams group's own heartbeat interval.
group.streams.max.session.timeout.ms | INT | 60000 | [1,...] | medium | read-only | later
    Upper bound of a streams group's own session timeout.
group.streams.max.size | INT | 2147483647 | [1,...] | medium | read-only | later
    Most members of a streams group.
group.streams.max.standby.replicas | INT | 2 | [0,...] | medium | read-only | later
    Upper bound of a streams group's own number of standby replicas.
group.streams.min.assignment.interval.ms | INT | 0 | [0,...] | medium | read-only | later
    Lower bound of a streams group's own assignment interval.
group.streams.min.heartbeat.interval.ms | INT | 5000 | [1,...] | medium | read-only | later
    Lower bound of a streams group's own heartbeat interval.
group.streams.min.session.timeout.ms | INT | 45000 | [1,...] | medium | read-only | later
    Lower bound of a streams group's own session timeout.
group.streams.num.standby.replicas | INT | 0 | [0,...] | medium | read-only | later
    Copies of each task's state that a streams group keeps in reserve.
group.streams.session.timeout.ms | INT | 45000 | [1,...] | medium | read-only | later
    How long a member of a streams group may be silent before it is removed.
offset.metadata.max.bytes | INT | 4096 |  | high | read-only | acts
    Longest text that a consumer may store with an offset.
offsets.commit.timeout.ms | INT | 5000 | [1,...] | high | read-only | acts
    How long a commit of offsets waits for the replicas.
offsets.load.buffer.size | INT | 5242880 | [1,...] | high | read-only | acts
    How much of the topic that holds committed offsets is read at a time when it is loaded.
offsets.retention.check.interval.ms | LONG | 600000 | [1,...] | high | read-only | acts
    How often committed offsets are looked at for those to forget.
offsets.retention.minutes | INT | 10080 | [1,...] | high | read-only | acts
    How long committed offsets outlive their group.
offsets.topic.compression.codec | INT | 0 |  | high | read-only | acts
    Codec of the topic that holds committed offsets, by its number.
offsets.topic.num.partitions | INT | 50 | [1,...] | high | read-only | acts
    Partitions of the topic that holds committed offsets.
offsets.topic.replication.factor | SHORT | 3 | [1,...] | high | read-only | acts
    Replicas of the topic that holds committed offsets; as many as there are brokers where those are fewer.
offsets.topic.segment.bytes | INT | 104857600 | [1,...] | high | read-only | acts
    Segment size of the topic that holds committed offsets; at least 1048576, as of every topic.
share.coordinator.append.linger.ms | INT | -1 | [-1,...] | medium | read-only | later
    How long the share coordinator gathers records before it writes; -1 leaves it to the load.
share.coordinator.cached.buffer.max.bytes | INT | 1048588 | [524288,...] | medium | cluster-wide | later
    The largest buffer that the share coordinator keeps for its next write.
share.coordinator.load.buffer.size | INT | 5242880 | [1,...] | high | read-only | later
    Memory for reading the state of share groups back at start.
share.coordinator.snapshot.update.records.per.snapshot | INT | 500 | [0,...,500] | medium | read-only | later
    Updates of a share group's state between two snapshots of it.
share.coordinator.state.topic.compression.codec | INT | 0 |  | high | read-only | later
    Codec of the topic that holds the state of share groups, by its number.
share.coordinator.state.topic.min.isr | SHORT | 2 | [1,...] | high | read-only | later
    In-sync replicas that the topic with the state of share groups needs.
share.coordinator.state.topic.num.partitions | INT | 50 | [1,...] | high | read-only | later
    Partitions of the topic that holds the state of share groups.
share.coordinator.state.topic.replication.factor | SHORT | 3 | [1,...] | high | read-only | later
    Replicas of the topic that holds the state of share groups.
share.coordinator.state.topic.segment.bytes | INT | 104857600 | [1,...] | high | read-only | later
    Segment size of the topic that holds the state of share groups.
share.coordinator.threads | INT | 1 | [1,...] | medium | read-only | ignored
    Threads of the share coordinator.
share.coordinator.write.timeout.ms | INT | 5000 | [1,...] | high | read-only | later
    How long the share coordinator waits for its writes.
share.fetch.purgatory.purge.interval.requests | INT | 1000 |  | medium | read-only | ignored
    When Apache's purgatory of share fetches is swept; waits here need no sweeping.
telemetry.max.bytes | INT | 1048576 | [1,...] | low | read-only | later
    Largest report of metrics that a client may send.
transaction.abort.timed.out.transaction.cleanup.interval.ms | INT | 10000 | [1,...] | low | read-only | later
    How often transactions are looked at for those that took too long.
transaction.max.timeout.ms | INT | 900000 | [1,...] | high | read-only | later
    The longest timeout that a producer may ask for its transactions.
transaction.partition.verification.enable | BOOLEAN | true |  | low | cluster-wide | later
    Whether a partition asks the coordinator before it accepts a transactional write.
transaction.remove.expired.transaction.cleanup.interval.ms | INT | 3600000 | [1,...] | low | read-only | later
    How often transactional ids are looked at for those to forget.
transaction.state.log.load.buffer.size | INT | 5242880 | [1,...] | high | read-only | later
    Memory for reading the state of transactions back at start.
transaction.state.log.min.isr | INT | 2 | [1,...] | high | read-only | later
    In-sync replicas that the topic with the state of transactions needs.
transaction.state.log.num.partitions | INT | 50 | [1,...] | high | read-only | later
    Partitions of the topic that holds the state of transactions.
transaction.state.log.replication.factor | SHORT | 3 | [1,...] | high | read-only | later
    Replicas of the topic that holds the state of transactions.
transaction.state.log.segment.bytes | INT | 104857600 | [1,...] | high | read-only | later
    Segment size of the topic that holds the state of transactions.
transaction.two.phase.commit.enable | BOOLEAN | false |  | low | read-only | later
    Whether producers may hold a transaction open for a commit by others.
transactional.id.expiration.ms | INT | 604800000 | [1,...] | high | read-only | later
    How long an unused transactional id is remembered.
`,
);

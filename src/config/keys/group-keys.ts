import { parseKeyTable } from '../config-key.ts';

/** Configuration keys of groups. */
export const groupKeys = parseKeyTable(
  'group',
  `
consumer.assignment.interval.ms | INT | 1000 | [0,...] | medium | cluster-wide | acts
    Least time between two assignments that this consumer group computes.
consumer.heartbeat.interval.ms | INT | 5000 | [1,...] | medium | cluster-wide | acts
    How often members of this consumer group are told to send a heartbeat.
consumer.session.timeout.ms | INT | 45000 | [1,...] | medium | cluster-wide | acts
    How long a member of this consumer group may be silent before it is removed.
share.assignment.interval.ms | INT | 1000 | [0,...] | medium | cluster-wide | later
    Least time between two assignments that this share group computes.
share.auto.offset.reset | STRING | latest | [latest, earliest, by_duration:PnDTnHnMn.nS] | medium | cluster-wide | later
    Where this share group begins in a partition: 'latest', 'earliest', or 'by_duration:' with an ISO 8601 duration.
share.delivery.count.limit | INT | 5 | [2,...] | medium | cluster-wide | later
    How often a record is delivered to this share group before it is given up.
share.heartbeat.interval.ms | INT | 5000 | [1,...] | medium | cluster-wide | later
    How often members of this share group are told to send a heartbeat.
share.isolation.level | STRING | read_uncommitted | [read_committed, read_uncommitted] | medium | cluster-wide | later
    Whether this share group sees records of open and aborted transactions.
share.partition.max.record.locks | INT | 2000 | [100,...] | medium | cluster-wide | later
    How many records of a partition this share group may have in delivery at a time.
share.record.lock.duration.ms | INT | 30000 | [1000,...] | medium | cluster-wide | later
    How long a member of this share group may hold a record before it is given to another.
share.renew.acknowledge.enable | BOOLEAN | true |  | medium | cluster-wide | later
    Whether members of this share group may prolong their hold on a record.
share.session.timeout.ms | INT | 45000 | [1,...] | medium | cluster-wide | later
    How long a member of this share group may be silent before it is removed.
streams.assignment.interval.ms | INT | 1000 | [0,...] | medium | cluster-wide | later
    Least time between two assignments that this streams group computes.
streams.heartbeat.interval.ms | INT | 5000 | [1,...] | medium | cluster-wide | later
    How often members of this streams group are told to send a heartbeat.
streams.initial.rebalance.delay.ms | INT | 3000 | [0,...] | medium | cluster-wide | later
    How long a new streams group waits for further members before its first assignment.
streams.num.standby.replicas | INT | 0 | [0,...] | medium | cluster-wide | later
    Copies of each task's state that this streams group keeps in reserve.
streams.session.timeout.ms | INT | 45000 | [1,...] | medium | cluster-wide | later
    How long a member of this streams group may be silent before it is removed.
`,
);

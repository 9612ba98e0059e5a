import { parseKeyTable } from '../config-key.ts';

/** Broker keys about listeners, connections and requests. */
export const networkKeys = parseKeyTable(
  'broker',
  `
advertised.listeners | LIST | null |  | high | read-only | acts
    The addresses that clients are told to connect to, as 'NAME://host:port'; those of 'listeners' unless set.
connection.failed.authentication.delay.ms | INT | 100 | [0,...] | low | read-only | later
    How long a connection that failed to authenticate waits for its answer.
connections.max.idle.ms | LONG | 600000 |  | medium | read-only | acts
    How long a connection may be idle before it is closed; negative lets it stay.
connections.max.reauth.ms | LONG | 0 |  | medium | read-only | later
    How long a connection may live without authenticating again; 0 is no bound.
early.start.listeners | LIST | null |  | high | read-only | ignored
    Listeners that a KRaft controller opens first.
fetch.max.bytes | INT | 57671680 | [1024,...] | medium | read-only | acts
    Most bytes of one answer to a fetch, whatever the client asks for.
fetch.purgatory.purge.interval.requests | INT | 1000 |  | medium | read-only | ignored
    When Apache's purgatory of fetches is swept; waits here need no sweeping.
inter.broker.listener.name | STRING | null |  | medium | read-only | later
    The listener that brokers use among themselves; it must be one of those advertised.
listener.security.protocol.map | STRING | SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT |  | low | read-only | acts
    The security protocol of each listener name, as 'NAME:PROTOCOL' pairs.
listeners | LIST | PLAINTEXT://127.0.0.1:9092 |  | high | read-only | acts
    Where the broker accepts connections, as 'NAME://host:port'; no host is every interface, port 0 any free port.
max.connection.creation.rate | INT | 2147483647 | [0,...] | medium | cluster-wide | later
    New connections that are accepted in a second at most.
max.connections | INT | 2147483647 | [0,...] | medium | cluster-wide | acts
    Most connections at a time, over all listeners.
max.connections.per.ip | INT | 2147483647 | [0,...] | medium | cluster-wide | acts
    Most connections at a time from one address.
max.connections.per.ip.overrides | STRING | "" |  | medium | cluster-wide | acts
    Addresses with a bound of their own, as 'address:count' pairs.
max.incremental.fetch.session.cache.slots | INT | 1000 | [0,...] | medium | read-only | acts
    Fetch sessions that are kept at a time (KIP-227).
max.request.partition.size.limit | INT | 2000 | [1,...] | medium | read-only | acts
    Most partitions in one answer of DescribeTopicPartitions.
num.io.threads | INT | 8 | [1,...] | high | cluster-wide | ignored
    Threads that serve requests; one thread serves them here.
num.network.threads | INT | 3 | [1,...] | high | cluster-wide | ignored
    Threads that read and write sockets; one thread does here.
queued.max.request.bytes | LONG | 268435456 |  | medium | read-only | acts
    Bytes of requests that are received and not yet answered, in the whole broker; beyond it connections wait.
queued.max.requests | INT | 500 | [1,...] | high | read-only | ignored
    Requests that wait for a thread; a connection has its own bound here.
request.timeout.ms | INT | 30000 |  | high | read-only | later
    How long a request from broker to broker may take.
security.inter.broker.protocol | STRING | PLAINTEXT | [PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL] | medium | read-only | later
    The security protocol between brokers, where 'inter.broker.listener.name' is not set.
socket.connection.setup.timeout.max.ms | LONG | 30000 |  | medium | read-only | later
    Longest time to connect to another broker, after failures.
socket.connection.setup.timeout.ms | LONG | 10000 |  | medium | read-only | later
    Time to connect to another broker, at first.
socket.listen.backlog.size | INT | 50 | [1,...] | medium | read-only | acts
    Connections that the system may hold until they are accepted.
socket.receive.buffer.bytes | INT | 102400 |  | high | read-only | ignored
    Receive buffer of sockets; the system chooses it here.
socket.request.max.bytes | INT | 104857600 | [1,...] | high | read-only | acts
    The largest request; a larger one closes its connection.
socket.send.buffer.bytes | INT | 102400 |  | high | read-only | ignored
    Send buffer of sockets; the system chooses it here.
`,
);

import { parseKeyTable } from '../config-key.ts';

/** Keys of what a broker serves over HTTP, which Apache Kafka does not have. */
export const adminKeys = parseKeyTable(
  'broker',
  `
odradek.admin.hosts | LIST | "" |  | medium | read-only | acts
    Names and addresses by which browsers and programs reach the admin listener, beside those that it listens on; requests for any other host are refused (DNS rebinding).
odradek.admin.listener | STRING | "" |  | high | read-only | acts
    Where the console, the admin API, health and metrics are served over HTTP: http://host:port, port 0 for any free one. Empty: nowhere. 'odradek start' has http://127.0.0.1:8080 unless it is set.
odradek.admin.password | PASSWORD | null |  | high | read-only | acts
    What people type to sign in. Where the admin listener listens beyond loopback, it or a token must be set.
odradek.admin.password.file | STRING | null |  | high | read-only | acts
    A file with the password, read when the broker starts.
odradek.admin.port.tries | INT | 100 | [0,...,65535] | low | read-only | acts
    How many of the ports behind the one of 'odradek.admin.listener' are tried while others listen there.
odradek.admin.session.ms | LONG | 43200000 | [1000,...] | low | read-only | acts
    How long a browser stays signed in.
odradek.admin.sign.in.attempts.max | INT | 10 | [1,...] | medium | read-only | acts
    Wrong passwords and tokens that one address may send at once; each is forgotten after six seconds.
odradek.admin.token | PASSWORD | null |  | high | read-only | acts
    What programs send to sign in, as 'Authorization: Bearer TOKEN'.
odradek.admin.token.file | STRING | null |  | high | read-only | acts
    A file with the token, read when the broker starts.
odradek.console | STRING | full | [full, read-only, off] | high | read-only | acts
    Whether the admin listener serves the console and its API: with all that it can do; so that nothing can be changed over HTTP, topics included; or not at all.
odradek.http.allowed.origins | LIST | "" |  | medium | read-only | acts
    Origins (https://example.com) whose pages may publish and subscribe over HTTP; * is every page, which takes no cookie with it.
odradek.http.body.max.bytes | INT | 16777216 | [1024,...] | medium | read-only | acts
    Bytes that the body of an HTTP request may have.
odradek.http.body.timeout.ms | INT | 30000 | [1,...] | medium | read-only | acts
    How long the body of an HTTP request may take in all; for an import, how long it may stand still.
odradek.http.connection.requests.max | INT | 10000 | [1,...] | low | read-only | acts
    Requests after which an HTTP connection is closed.
odradek.http.connections.max | INT | 1000 | [1,...] | medium | read-only | acts
    HTTP connections that may be open at a time.
odradek.http.header.max.bytes | INT | 16384 | [1024,...,1048576] | low | read-only | acts
    Bytes that the request line and the headers of an HTTP request may have.
odradek.http.header.timeout.ms | INT | 10000 | [1,...] | low | read-only | acts
    How long the headers of an HTTP request may take.
odradek.http.idle.timeout.ms | INT | 60000 | [1,...] | low | read-only | acts
    How long an HTTP connection stays open without a request.
odradek.http.import.max.bytes | LONG | 1073741824 | [1024,...] | low | read-only | acts
    Bytes that one import of records over HTTP may have.
odradek.http.imports.max | INT | 4 | [1,...] | low | read-only | acts
    Imports of records over HTTP that may be under way at a time; each holds up to a few tens of megabytes.
odradek.http.queued.max.bytes | LONG | 134217728 | [1024,...] | medium | read-only | acts
    Bytes of bodies of HTTP requests that are received and not yet answered, and as many of answers that are not yet read, in the whole broker; beyond it requests are answered with 503.
odradek.http.searches.max | INT | 16 | [1,...] | low | read-only | acts
    Searches through the records of a topic that may go on at a time over HTTP.
odradek.http.send.timeout.ms | INT | 60000 | [1,...] | low | read-only | acts
    How long a client may leave an HTTP answer unread before its connection is closed.
odradek.http.streams.max | INT | 256 | [1,...] | medium | read-only | acts
    HTTP answers without end (subscriptions, searches, live views) that there may be at a time.
odradek.metrics.partitions.max | INT | 1000 | [0,...] | low | read-only | acts
    Partitions of topics, and as many that groups read, of which /metrics has series of their own; those of all other topics and groups are summed up as (others).
`,
);

import {
  array,
  bool,
  bytes,
  int32,
  int64,
  request,
  response,
  string,
  struct,
  uuid,
} from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Asks a broker of this cluster what it counts. Not Kafka's, not advertised, and unknown to whoever does not know
 * the secret that the broker put in its registration.
 */
export const brokerFiguresRequest = request(
  { apiKey: 32_000, name: 'BrokerFiguresRequest', versions: '0', flexible: '0+' },
  {
    secret: bytes(),
    /** Topics that are to be told of whatever goes on in them; beside them the busiest, up to `topicsMax` in all. */
    topics: array(string()),
    topicsMax: int32(),
    /** The same of groups. */
    groups: array(string()),
    groupsMax: int32(),
    producersMax: int32(),
    /** Offsets of which the time is asked for, of partitions that it leads. */
    positions: array(
      struct({
        topic: string(),
        partitions: array(struct({ partition: int32(), offset: int64() })),
      }),
    ),
  },
);

/** What `brokerFiguresRequest` decodes to. */
export interface BrokerFiguresRequest extends Infer<typeof brokerFiguresRequest> {}

const offsetOfGroup = struct({ partition: int32(), committedOffset: int64() });

/**
 * What a broker counts: of itself, of partitions that it leads, of clients that write, of groups that it
 * coordinates. What is told per second is told as what there was in the last `windowMs`. -1 is what is not known.
 */
export const brokerFiguresResponse = response(
  { apiKey: 32_000, name: 'BrokerFiguresResponse', versions: '0', flexible: '0+' },
  {
    startedMs: int64(),
    version: string(),
    windowMs: int64(),
    bytesIn: int64(),
    messagesIn: int64(),
    bytesOut: int64(),
    requests: int64(),
    connections: int32(),
    rssBytes: int64(),
    heapUsedBytes: int64(),
    latencies: array(
      struct({ api: string(), p50Micros: int64(), p99Micros: int64(), count: int64() }),
    ),
    logDirs: array(
      struct({
        path: string(),
        online: bool(),
        usedBytes: int64(),
        freeBytes: int64(),
        totalBytes: int64(),
      }),
    ),
    topics: array(
      struct({
        topic: string(),
        topicId: uuid(),
        partitions: array(
          struct({
            partition: int32(),
            logStartOffset: int64(),
            highWatermark: int64(),
            logEndOffset: int64(),
            sizeBytes: int64(),
            bytesIn: int64(),
            messagesIn: int64(),
            bytesOut: int64(),
            followers: array(struct({ nodeId: int32(), lag: int64() })),
            readers: array(
              struct({
                clientId: string(),
                clientHost: string(),
                /** By which name it asks: this topic, or one that is filtered from it. */
                topic: string(),
                fetchOffset: int64(),
                agoMs: int64(),
              }),
            ),
          }),
        ),
      }),
    ),
    /** Of all topics, also those that are not told of. */
    topicsActive: int32(),
    /** What the filters of filtered topics have done on this broker, since they were set. */
    filters: array(
      struct({
        topic: string(),
        evaluated: int64(),
        matched: int64(),
        failed: int64(),
        overBudget: int64(),
        unreadable: int64(),
      }),
    ),
    producers: array(
      struct({
        id: string(),
        clientId: string(),
        address: string(),
        lastWroteMs: int64(),
        topics: array(
          struct({
            topic: string(),
            partitions: array(int32()),
            bytesIn: int64(),
            messagesIn: int64(),
          }),
        ),
      }),
    ),
    producersMore: int32(),
    groups: array(
      struct({
        groupId: string(),
        groupType: string(),
        state: string(),
        protocolType: string(),
        assignor: string(),
        members: array(
          struct({
            memberId: string(),
            instanceId: string({ nullable: true }),
            clientId: string(),
            clientHost: string(),
            lastHeartbeatAgoMs: int64(),
            /** A rebalance waits for it. */
            awaited: bool(),
            subscribed: array(string()),
            topics: array(struct({ topic: string(), partitions: array(int32()) })),
          }),
        ),
        offsets: array(struct({ topic: string(), partitions: array(offsetOfGroup) })),
      }),
    ),
    groupsMore: int32(),
    /** The answer to `positions`, as far as it is known: when the record there was written. */
    positions: array(
      struct({
        topic: string(),
        partitions: array(struct({ partition: int32(), offset: int64(), timestampMs: int64() })),
      }),
    ),
  },
);

/** What `brokerFiguresResponse` decodes to. */
export interface BrokerFiguresResponse extends Infer<typeof brokerFiguresResponse> {}

/** A partition of a topic, as events name it. */
export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

/** A producer handed over a record. Its value is `id`, which no other record has. */
export interface SentEvent extends PartitionName {
  readonly kind: 'sent';
  readonly producer: string;
  readonly id: string;
  /** -1 where the producer leaves it to the key; the acknowledgement says which it was. */
  readonly partition: number;
  /** The producer's order number, over all that it sends. */
  readonly sequence: number;
  readonly acks: 'all' | 1 | 0;
  readonly isIdempotent: boolean;
  /** Of a compacted topic. */
  readonly key?: string;
}

/** A producer was told where its record is; `offset` is -1 where a broker knows only that it is there. */
export interface AcknowledgedEvent extends PartitionName {
  readonly kind: 'acknowledged';
  readonly id: string;
  readonly offset: number;
}

/** A producer was told of a failure: `refused` when the error says that the record was not written. */
export interface FailedEvent {
  readonly kind: 'refused' | 'unknown';
  readonly id: string;
  readonly error: string;
}

/** A reader was given a record. */
export interface ReadEvent extends PartitionName {
  readonly kind: 'read';
  readonly reader: string;
  readonly offset: number;
  /** Of the batch; -1 where the client does not tell. */
  readonly leaderEpoch: number;
  readonly id: string;
  /** Where it reads for a group, which then leaves out nothing below what it commits. */
  readonly group?: string;
}

/** A reader goes on at an offset of its choice, which may be one that it had before. */
export interface PositionEvent extends PartitionName {
  readonly kind: 'position';
  readonly reader: string;
  readonly offset: number;
}

/** A reader has ended: everything below `offset` has gone through its hands. */
export interface EndedEvent extends PartitionName {
  readonly kind: 'ended';
  readonly reader: string;
  readonly offset: number;
}

/** A consumer was told the end of what it may read: the answer to a question of its own about that, not of a fetch. */
export interface HighWatermarkEvent extends PartitionName {
  readonly kind: 'highWatermark';
  readonly observer: string;
  /** -1 where the client does not tell. */
  readonly broker: number;
  readonly value: number;
  /** `history.now` when the question was asked. */
  readonly askedAt: number;
}

/** A group was told that its offset is committed. */
export interface CommittedEvent extends PartitionName {
  readonly kind: 'committed';
  readonly group: string;
  readonly offset: number;
}

/** Somebody was told what a group has committed; -1 for nothing. */
export interface FetchedCommitEvent extends PartitionName {
  readonly kind: 'fetchedCommit';
  readonly group: string;
  readonly offset: number;
  /** `history.now` when the question was asked. */
  readonly askedAt: number;
}

/** What was done to the cluster. */
export interface FaultEvent {
  readonly kind: 'fault';
  readonly what: string;
  readonly nodes: readonly number[];
}

/** A record of a final log: offset, id, leader epoch of the batch (-1 where it is not known). */
export type LoggedRecord = readonly [offset: number, id: string, leaderEpoch: number];

/** All of a replica's log, once everything is at rest. */
export interface FinalLogEvent extends PartitionName {
  readonly kind: 'finalLog';
  readonly broker: number;
  readonly records: readonly LoggedRecord[];
}

/** After the last fault was healed everything came to rest, or it did not within the time that it had. */
export interface SettledEvent {
  readonly kind: 'settled' | 'unsettled';
  readonly what: string;
}

/** Whatever an observer saw of a cluster. */
export type HistoryEvent =
  | SentEvent
  | AcknowledgedEvent
  | FailedEvent
  | ReadEvent
  | PositionEvent
  | EndedEvent
  | HighWatermarkEvent
  | CommittedEvent
  | FetchedCommitEvent
  | FaultEvent
  | FinalLogEvent
  | SettledEvent;

/** An event, and when its observer's clock said it was. */
export type TimedEvent = HistoryEvent & { readonly atMs: number };

/**
 * What producers, readers and groups saw of a cluster, in the order in which one observer saw it. Whether a
 * cluster could have shown this without breaking its word, `checkHistory` says.
 */
export class History {
  readonly events: TimedEvent[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => 0) {
    this.#nowMs = nowMs;
  }

  /** What has been seen already: whatever an answer says must not be older than what this holds when it is asked. */
  get now(): number {
    return this.events.length;
  }

  add(event: HistoryEvent): void {
    this.events.push({ ...event, atMs: this.#nowMs() });
  }
}

/** An event as a line of a trace. */
export function describeEvent(event: HistoryEvent): string {
  const at = 'topic' in event ? `${event.topic}-${event.partition}` : '';
  switch (event.kind) {
    case 'sent':
      return `${event.producer} sends ${event.id} to ${at}`;
    case 'acknowledged':
      return `${event.id} is acknowledged at ${at}/${event.offset}`;
    case 'refused':
      return `${event.id} is refused: ${event.error}`;
    case 'unknown':
      return `${event.id} may be written or not: ${event.error}`;
    case 'read':
      return `${event.reader} reads ${event.id} at ${at}/${event.offset}, of epoch ${event.leaderEpoch}`;
    case 'position':
      return `${event.reader} goes on at ${at}/${event.offset}`;
    case 'ended':
      return `${event.reader} ends at ${at}/${event.offset}`;
    case 'highWatermark':
      return `${event.observer} hears that ${at} ends at ${event.value}`;
    case 'committed':
      return `${event.group} has committed ${at}/${event.offset}`;
    case 'fetchedCommit':
      return `${event.group} is told that ${at}/${event.offset} is committed`;
    case 'fault':
      return `FAULT ${event.what} (${event.nodes.join(', ')})`;
    case 'finalLog':
      return `the log of ${at} on broker ${event.broker} has ${event.records.length} records`;
    case 'settled':
    case 'unsettled':
      return `${event.kind}: ${event.what}`;
  }
}

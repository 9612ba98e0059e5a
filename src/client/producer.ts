import type { CompressionCodec } from '../records/record-batch.ts';
import { isError } from '../util/is-error.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { asError } from './client-errors.ts';
import type { OutgoingRecord, RecordMetadata } from './client-records.ts';
import type { Cluster } from './cluster.ts';
import { partitionForKey } from './murmur2.ts';
import { PartitionQueue } from './partition-queue.ts';
import { type Delivery, type ProducerBatch, recordBytesMax } from './producer-batch.ts';
import { ProducerSender } from './producer-sender.ts';

/** How records are written. */
export interface ProducerOptions {
  /**
   * Whom a record must have reached before it counts as delivered: nobody (0), the leader (1), or all
   * replicas in sync (`all`). `all` unless given.
   */
  readonly acks?: 0 | 1 | 'all';
  /**
   * Whether repetitions are recognized, so that each record is in the log once and in order. True with acks
   * `all` unless given, and not possible otherwise.
   */
  readonly idempotent?: boolean;
  /** `none` unless given. */
  readonly compression?: CompressionCodec;
  /** A batch is sent when it has so many bytes before compression; 262,144 unless given. */
  readonly batchBytesMax?: number;
  /** How long a batch that is not full waits for further records; 5 ms unless given. */
  readonly lingerMs?: number;
  /** When a record is given up; 120,000 ms unless given. */
  readonly deliveryTimeoutMs?: number;
  /** What may wait to be delivered before `room` makes the caller wait; 64 MiB unless given. */
  readonly bufferBytesMax?: number;
  /** A request takes no further batch when it has so many bytes; 8 MiB unless given. */
  readonly requestBytesMax?: number;
}

/** Records of one topic, and how its partitions are chosen. */
interface TopicQueues {
  /** Undefined until the topic was asked for. */
  partitionCount: number | undefined;
  readonly queues: Map<number, PartitionQueue>;
  /** What came before the number of partitions was known. */
  waiting: { record: OutgoingRecord; onDelivered: Delivery | undefined }[];
  /** The partition of the next record without a key. */
  turn: number;
}

/**
 * Writes records. They are gathered in batches by partition, and those of one partition keep their order,
 * also when they are sent again.
 */
export class Producer {
  readonly #cluster: Cluster;
  readonly #sender: ProducerSender;
  readonly #queueOptions: ConstructorParameters<typeof PartitionQueue>[2];
  readonly #bufferBytesMax: number;
  readonly #topics = new Map<string, TopicQueues>();
  #undelivered = 0;
  #bufferedBytes = 0;
  #delivered = 0;
  #failure: Error | undefined;
  #roomWaiters: (() => void)[] = [];
  #flushWaiters: (() => void)[] = [];
  #isClosed = false;

  /** Throws `INVALID_ARGUMENT` for idempotence without acks `all`. */
  constructor(options: ProducerOptions, modules: { cluster: Cluster }) {
    const acks = options.acks ?? 'all';
    const isIdempotent = options.idempotent ?? acks === 'all';
    if (isIdempotent && acks !== 'all') {
      throw invalid('idempotent', "acks 'all'", 'a producer is idempotent only with acks all');
    }
    this.#cluster = modules.cluster;
    this.#bufferBytesMax = options.bufferBytesMax ?? 64 * 1024 * 1024;
    this.#queueOptions = {
      batchBytesMax: options.batchBytesMax ?? 256 * 1024,
      inFlightMax: isIdempotent || acks === 0 ? 5 : 1,
      isIdempotent,
    };
    this.#sender = new ProducerSender(
      {
        acks: acks === 'all' ? -1 : acks,
        isIdempotent,
        compression: options.compression ?? 'none',
        lingerMs: options.lingerMs ?? 5,
        deliveryTimeoutMs: options.deliveryTimeoutMs ?? 120_000,
        requestBytesMax: options.requestBytesMax ?? 8 * 1024 * 1024,
      },
      {
        cluster: this.#cluster,
        onDone: (batch, error) => this.#onDone(batch, error),
      },
    );
  }

  /** Records that the brokers have confirmed (acks 0: that were sent). */
  get deliveredCount(): number {
    return this.#delivered;
  }

  /** Whether so much waits to be delivered that `room` should be awaited before more is added. */
  get isFull(): boolean {
    return this.#bufferedBytes >= this.#bufferBytesMax;
  }

  /**
   * Writes one record and answers where it is. Fails with `UNKNOWN_TOPIC`, `INVALID_ARGUMENT` (no such
   * partition), `BROKER_REFUSED`, `TIMED_OUT` or, when the producer is closed first, `CONNECTION_CLOSED`.
   */
  send(record: OutgoingRecord): Promise<RecordMetadata> {
    return new Promise((resolve, reject) => {
      this.#add(record, (result) => {
        if (isError(result)) reject(result);
        else resolve(result);
      });
    });
  }

  /**
   * Writes one record among many without a promise for each. What fails is told by `flush`, and by
   * `failure` before that. The caller awaits `room` while `isFull`.
   */
  enqueue(record: OutgoingRecord): void {
    this.#add(record, undefined);
  }

  /** The first failure of a record that was enqueued, since the last flush. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Settles when there is room for more. */
  room(): Promise<void> {
    if (!this.isFull) return Promise.resolve();
    return new Promise((resolve) => {
      this.#roomWaiters.push(resolve);
    });
  }

  /** Sends all at once and waits for it. Fails with the first failure of a record that was enqueued. */
  async flush(): Promise<void> {
    if (this.#undelivered > 0) {
      this.#sender.isFlushing = true;
      await new Promise<void>((resolve) => {
        this.#flushWaiters.push(resolve);
      });
    }
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  /** Flushes, then ends. Fails as `flush` does. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      this.closeNow();
    }
  }

  /** Ends without waiting: what is not on its way yet is given up. */
  closeNow(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const error = closedError();
    for (const topic of this.#topics.values()) this.#failWaiting(topic, error);
    this.#sender.close(error);
  }

  #add(record: OutgoingRecord, onDelivered: Delivery | undefined): void {
    if (this.#isClosed) throw closedError();
    checkRecord(record);
    this.#undelivered++;
    this.#bufferedBytes += recordBytesMax(record);
    const topic = this.#topicQueues(record.topic);
    if (topic.partitionCount === undefined) topic.waiting.push({ record, onDelivered });
    else this.#assign(topic, topic.partitionCount, record, onDelivered);
  }

  #topicQueues(name: string): TopicQueues {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = { partitionCount: undefined, queues: new Map(), waiting: [], turn: 0 };
      this.#topics.set(name, topic);
      void this.#learnPartitions(name, topic);
    }
    return topic;
  }

  async #learnPartitions(name: string, topic: TopicQueues): Promise<void> {
    try {
      const { partitions } = await this.#cluster.topic(name);
      topic.partitionCount = partitions.length;
      // Those that write the first records do not all begin with the first partition.
      topic.turn = this.#cluster.runtime.random.below(Math.max(1, partitions.length));
    } catch (error) {
      this.#topics.delete(name);
      this.#failWaiting(topic, asError(error));
      return;
    }
    for (const { record, onDelivered } of topic.waiting.splice(0)) {
      this.#assign(topic, topic.partitionCount, record, onDelivered);
    }
  }

  /** Puts a record into the queue of its partition. */
  #assign(
    topic: TopicQueues,
    partitionCount: number,
    record: OutgoingRecord,
    onDelivered: Delivery | undefined,
  ): void {
    const partition = this.#partitionOf(topic, partitionCount, record);
    let queue = topic.queues.get(partition);
    if (queue === undefined) {
      queue = new PartitionQueue(record.topic, partition, this.#queueOptions);
      topic.queues.set(partition, queue);
    }
    const timestampMs = record.timestampMs ?? this.#cluster.runtime.clock.nowMs();
    const sizeBytes = recordBytesMax(record);
    const nowMs = this.#cluster.runtime.clock.monotonicMs();
    queue.append({ record, timestampMs, onDelivered }, sizeBytes, nowMs);
    this.#sender.schedule(queue);
  }

  #partitionOf(topic: TopicQueues, partitionCount: number, record: OutgoingRecord): number {
    if (record.partition !== undefined) return record.partition;
    // Partitions may have been added since: the newest number that is known counts.
    const count = this.#cluster.knownTopic(record.topic)?.partitions.length ?? partitionCount;
    topic.partitionCount = count;
    if (record.key !== undefined && record.key !== null) return partitionForKey(record.key, count);
    topic.turn = (topic.turn + 1) % count;
    return topic.turn;
  }

  #failWaiting(topic: TopicQueues, error: Error): void {
    for (const { record, onDelivered } of topic.waiting.splice(0)) {
      if (onDelivered === undefined) this.#failure ??= error;
      else onDelivered(error);
      this.#release(1, recordBytesMax(record));
    }
  }

  #onDone(batch: ProducerBatch, error: Error | undefined): void {
    if (error === undefined) this.#delivered += batch.recordCount;
    else if (batch.hasUnwatchedRecords) this.#failure ??= error;
    this.#release(batch.recordCount, batch.recordBytes);
  }

  #release(records: number, sizeBytes: number): void {
    this.#undelivered -= records;
    this.#bufferedBytes -= sizeBytes;
    if (!this.isFull) for (const resolve of this.#roomWaiters.splice(0)) resolve();
    if (this.#undelivered > 0) return;
    this.#sender.isFlushing = false;
    for (const resolve of this.#flushWaiters.splice(0)) resolve();
  }
}

function checkRecord({ partition, timestampMs }: OutgoingRecord): void {
  if (partition !== undefined && !(Number.isInteger(partition) && partition >= 0)) {
    const expected = 'a whole number from 0 up';
    throw invalid('partition', expected, `partition ${partition}: expected ${expected}`);
  }
  if (timestampMs !== undefined && !(Number.isSafeInteger(timestampMs) && timestampMs >= -1)) {
    const expected = 'milliseconds since 1970, a whole number';
    throw invalid('timestampMs', expected, `timestamp ${timestampMs}: expected ${expected}`);
  }
}

function invalid(argument: string, expected: string, message: string): OdradekError {
  return new OdradekError(message, { code: 'INVALID_ARGUMENT', argument, expected });
}

function closedError(): OdradekError {
  const details = { code: 'CONNECTION_CLOSED', host: '', port: 0 } as const;
  return new OdradekError('the producer is closed', details);
}

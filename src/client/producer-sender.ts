import { errorCodes } from '../protocol/error-codes.ts';
import type { ProduceResponse } from '../protocol/messages/produce.ts';
import type { CompressionCodec } from '../records/record-batch.ts';
import type { Timer } from '../runtime/runtime.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { apis } from './apis.ts';
import { asError, brokerRefused, isRetriable, timedOut } from './client-errors.ts';
import type { Cluster } from './cluster.ts';
import type { BrokerConnection } from './connection.ts';
import type { PartitionQueue, SendFailure } from './partition-queue.ts';
import { noIdentity, type ProducerBatch, type ProducerIdentity } from './producer-batch.ts';

/** The first version whose topics are named by their ids. */
const firstVersionWithTopicIds = 13;
/** Requests to one broker without an answer. The broker remembers so many batches of a producer. */
const requestsInFlightMax = 5;

/** How batches are sent. */
export interface SenderOptions {
  readonly acks: -1 | 0 | 1;
  readonly isIdempotent: boolean;
  readonly compression: CompressionCodec;
  readonly lingerMs: number;
  readonly deliveryTimeoutMs: number;
  readonly requestBytesMax: number;
}

/** A batch with the queue that it came from. */
interface Sent {
  readonly queue: PartitionQueue;
  readonly batch: ProducerBatch;
}

/**
 * Sends the batches that are ready, those of all partitions of a broker in one request, and gives the answers
 * back to their queues.
 */
export class ProducerSender {
  readonly #cluster: Cluster;
  readonly #options: SenderOptions;
  /** Told of each batch that is done with, whether it was delivered or given up. */
  readonly #onDone: (batch: ProducerBatch, error: Error | undefined) => void;
  readonly #queues = new Set<PartitionQueue>();
  /** Requests without an answer, by broker. */
  readonly #inFlight = new Map<number, number>();
  /** Brokers to which a connection is being made. */
  readonly #connecting = new Set<number>();
  #isClosed = false;
  #identity: ProducerIdentity | undefined;
  #isRunning = false;
  #mustRunAgain = false;
  #isFlushing = false;
  #timer: Timer | undefined;
  #timerAtMs = 0;

  constructor(
    options: SenderOptions,
    modules: {
      cluster: Cluster;
      onDone: (batch: ProducerBatch, error: Error | undefined) => void;
    },
  ) {
    this.#options = options;
    this.#cluster = modules.cluster;
    this.#onDone = modules.onDone;
  }

  /** Something was added to `queue`: it is sent when it is ready. */
  schedule(queue: PartitionQueue): void {
    this.#queues.add(queue);
    const readyAtMs = queue.readyAtMs(this.#lingerMs);
    if (readyAtMs !== undefined) this.#wakeAt(readyAtMs);
  }

  /** While flushing, no batch waits for further records. */
  set isFlushing(flushing: boolean) {
    this.#isFlushing = flushing;
    if (flushing) this.#wakeAt(0);
  }

  /** Ends timers. Batches that are left are given up with `error`. */
  close(error: Error): void {
    this.#isClosed = true;
    if (this.#timer !== undefined) this.#cluster.runtime.timers.clearTimer(this.#timer);
    for (const queue of this.#queues) this.#giveUp(queue, error);
    this.#queues.clear();
  }

  get #lingerMs(): number {
    return this.#isFlushing ? 0 : this.#options.lingerMs;
  }

  get #nowMs(): number {
    return this.#cluster.runtime.clock.monotonicMs();
  }

  #wakeAt(atMs: number): void {
    if (this.#timer !== undefined) {
      if (this.#timerAtMs <= atMs) return;
      this.#cluster.runtime.timers.clearTimer(this.#timer);
    }
    const delayMs = Math.ceil(Math.max(0, atMs - this.#nowMs));
    this.#timerAtMs = atMs;
    this.#timer = this.#cluster.runtime.timers.setTimer(delayMs, () => {
      this.#timer = undefined;
      this.#run();
    });
  }

  /** One round at a time; what becomes ready meanwhile gets a round of its own. */
  #run(): void {
    if (this.#isClosed) return;
    if (this.#isRunning) {
      this.#mustRunAgain = true;
      return;
    }
    this.#isRunning = true;
    void this.#sendReady().finally(() => {
      this.#isRunning = false;
      if (this.#mustRunAgain) {
        this.#mustRunAgain = false;
        this.#run();
      }
    });
  }

  async #sendReady(): Promise<void> {
    const byBroker = new Map<number, PartitionQueue[]>();
    let wakeAtMs = Number.POSITIVE_INFINITY;
    for (const queue of this.#queues) {
      this.#expire(queue);
      const readyAtMs = queue.readyAtMs(this.#lingerMs);
      if (queue.isIdle) this.#queues.delete(queue);
      if (readyAtMs === undefined) continue;
      const leader = readyAtMs <= this.#nowMs ? await this.#leaderOf(queue) : undefined;
      if (leader === undefined) wakeAtMs = Math.min(wakeAtMs, this.#readyAgainMs(queue));
      else byBroker.set(leader, [...(byBroker.get(leader) ?? []), queue]);
    }
    for (const [nodeId, queues] of byBroker) this.#startSending(nodeId, queues);
    if (wakeAtMs !== Number.POSITIVE_INFINITY) this.#wakeAt(wakeAtMs);
  }

  #readyAgainMs(queue: PartitionQueue): number {
    return queue.readyAtMs(this.#lingerMs) ?? Number.POSITIVE_INFINITY;
  }

  /** The broker to send to; undefined, with the queue muted or its batches given up, while there is none. */
  async #leaderOf(queue: PartitionQueue): Promise<number | undefined> {
    try {
      return (await this.#cluster.leaderOf(queue.topic, queue.partition)).nodeId;
    } catch (error) {
      if (isRetriable(error)) this.#mute(queue, asError(error));
      else this.#giveUp(queue, asError(error));
      return undefined;
    }
  }

  /** A broker that is slow to connect holds up nobody but its own partitions. */
  #startSending(nodeId: number, queues: readonly PartitionQueue[]): void {
    const isBusy = (this.#inFlight.get(nodeId) ?? 0) >= requestsInFlightMax;
    if (isBusy || this.#connecting.has(nodeId)) return;
    this.#connecting.add(nodeId);
    void this.#sendTo(nodeId, queues).finally(() => {
      this.#connecting.delete(nodeId);
      this.#run();
    });
  }

  /** Sends as many requests as are allowed, each with at most one batch of a partition. */
  async #sendTo(nodeId: number, queues: readonly PartitionQueue[]): Promise<void> {
    let connection: BrokerConnection;
    let identity: ProducerIdentity;
    try {
      connection = await this.#cluster.connectionTo(nodeId, 'produce');
      identity = await this.#producerIdentity();
    } catch (error) {
      this.#muteAll(queues, asError(error));
      return;
    }
    // From here on nothing is awaited: batches are taken and written in one order.
    let ready = queues.filter((queue) => this.#isReady(queue));
    while (ready.length > 0 && (this.#inFlight.get(nodeId) ?? 0) < requestsInFlightMax) {
      const taken = this.#takeBatches(ready, identity);
      if (taken.length === 0) break;
      this.#sendRequest(nodeId, connection, taken);
      ready = ready.filter((queue) => this.#isReady(queue));
    }
  }

  #isReady(queue: PartitionQueue): boolean {
    return (queue.readyAtMs(this.#lingerMs) ?? Number.POSITIVE_INFINITY) <= this.#nowMs;
  }

  #takeBatches(queues: readonly PartitionQueue[], identity: ProducerIdentity): Sent[] {
    const taken: Sent[] = [];
    let sizeBytes = 0;
    for (const queue of queues) {
      if (!this.#isReady(queue)) continue;
      const batch = queue.take(identity);
      taken.push({ queue, batch });
      sizeBytes += batch.sizeBytes;
      if (sizeBytes >= this.#options.requestBytesMax) break;
    }
    return taken;
  }

  #sendRequest(nodeId: number, connection: BrokerConnection, sent: readonly Sent[]): void {
    this.#inFlight.set(nodeId, (this.#inFlight.get(nodeId) ?? 0) + 1);
    void this.#exchange(connection, sent)
      .catch((error: unknown) => {
        for (const { queue, batch } of sent) this.#onFailed(queue, batch, asError(error));
      })
      .finally(() => {
        this.#inFlight.set(nodeId, (this.#inFlight.get(nodeId) ?? 1) - 1);
        this.#run();
      });
  }

  async #exchange(connection: BrokerConnection, sent: readonly Sent[]): Promise<void> {
    const version = this.#version(connection, sent);
    const body = {
      acks: this.#options.acks,
      timeoutMs: this.#cluster.options.requestTimeoutMs,
      topicData: this.#topicData(sent),
    };
    if (this.#options.acks === 0) {
      await connection.send(apis.produce, body, { version });
      for (const { queue, batch } of sent) this.#onDelivered(queue, batch, -1, -1);
      return;
    }
    this.#onResponse(await connection.request(apis.produce, body, { version }), sent);
  }

  /** The highest version that both sides speak, without topic ids where one is not known. */
  #version(connection: BrokerConnection, sent: readonly Sent[]): number {
    const version = connection.agreedVersion(apis.produce);
    const allHaveIds = sent.every(({ queue }) => this.#cluster.topicId(queue.topic) !== undefined);
    return allHaveIds ? version : Math.min(version, firstVersionWithTopicIds - 1);
  }

  #topicData(sent: readonly Sent[]): ProduceTopic[] {
    const topics = new Map<string, ProduceTopic>();
    for (const { queue, batch } of sent) {
      let topic = topics.get(queue.topic);
      if (topic === undefined) {
        const topicId = this.#cluster.topicId(queue.topic);
        topic = {
          name: queue.topic,
          partitionData: [],
          ...(topicId === undefined ? {} : { topicId }),
        };
        topics.set(queue.topic, topic);
      }
      const records = batch.encoded(this.#options.compression).chunks;
      topic.partitionData.push({ index: queue.partition, records });
    }
    return [...topics.values()];
  }

  #onResponse(response: ProduceResponse, sent: readonly Sent[]): void {
    for (const { queue, batch } of sent) {
      const answer = this.#answerFor(response, queue);
      if (answer === undefined) {
        const reason = `no answer for ${queue.topic}-${queue.partition}`;
        const error = new OdradekError(reason, { code: 'PROTOCOL_ERROR', reason });
        this.#onFailed(queue, batch, error);
      } else if (answer.errorCode === errorCodes.NONE) {
        this.#onDelivered(queue, batch, answer.baseOffset, answer.logAppendTimeMs);
      } else if (answer.errorCode === errorCodes.DUPLICATE_SEQUENCE_NUMBER) {
        // It is in the log since an earlier try, too long ago for the broker to know where.
        this.#onDelivered(queue, batch, -1, -1);
      } else {
        this.#onRefused(queue, batch, answer);
      }
    }
  }

  #answerFor(response: ProduceResponse, queue: PartitionQueue): PartitionAnswer | undefined {
    const topicId = this.#cluster.topicId(queue.topic);
    return response.responses
      .find(
        (topic) => topic.name === queue.topic || (topic.name === '' && topic.topicId === topicId),
      )
      ?.partitionResponses.find(({ index }) => index === queue.partition);
  }

  #onRefused(queue: PartitionQueue, batch: ProducerBatch, answer: PartitionAnswer): void {
    const { errorCode } = answer;
    const isTooLarge =
      errorCode === errorCodes.MESSAGE_TOO_LARGE || errorCode === errorCodes.RECORD_LIST_TOO_LARGE;
    const parts = isTooLarge ? batch.split() : undefined;
    if (parts !== undefined) return queue.onSplit(batch, parts);
    const where = `${queue.topic}-${queue.partition}`;
    const detail = answer.recordErrors[0]?.batchIndexErrorMessage ?? answer.errorMessage;
    this.#onFailed(queue, batch, brokerRefused(`produce to ${where}`, errorCode, detail));
  }

  #onDelivered(
    queue: PartitionQueue,
    batch: ProducerBatch,
    baseOffset: number,
    logAppendTimeMs: number,
  ): void {
    queue.onSuccess(batch);
    batch.succeed(baseOffset, logAppendTimeMs);
    this.#onDone(batch, undefined);
  }

  #onFailed(queue: PartitionQueue, batch: ProducerBatch, error: Error): void {
    const failure = this.#kindOf(error);
    queue.lastFailure = error;
    this.#cluster.forget(queue.topic);
    const isLate = this.#nowMs - batch.createdAtMs >= this.#options.deliveryTimeoutMs;
    const retryAtMs = this.#nowMs + this.#cluster.backoffMs(queue.tries);
    if (failure !== 'fatal' && !isLate) return queue.onFailure(batch, failure, retryAtMs);
    queue.onFailure(batch, 'fatal', retryAtMs);
    this.#done(batch, failure === 'fatal' ? error : this.#lateError(queue));
  }

  #lateError({ topic, partition, lastFailure }: PartitionQueue): Error {
    return timedOut(
      `produce to ${topic}-${partition}`,
      this.#options.deliveryTimeoutMs,
      lastFailure,
    );
  }

  #kindOf(error: Error): SendFailure {
    if (this.#options.acks === 0 || this.#isClosed) return 'fatal';
    if (this.#options.isIdempotent && isSequenceError(error)) return 'sequence';
    return isRetriable(error) ? 'retry' : 'fatal';
  }

  #muteAll(queues: readonly PartitionQueue[], error: Error): void {
    for (const queue of queues) {
      this.#cluster.forget(queue.topic);
      if (!isRetriable(error)) this.#giveUp(queue, error);
      else this.#mute(queue, error);
      this.schedule(queue);
    }
  }

  #mute(queue: PartitionQueue, error: Error): void {
    queue.lastFailure = error;
    queue.mute(this.#nowMs + this.#cluster.backoffMs(queue.tries));
  }

  #expire(queue: PartitionQueue): void {
    const createdBeforeMs = this.#nowMs - this.#options.deliveryTimeoutMs;
    for (const batch of queue.expire(createdBeforeMs)) this.#done(batch, this.#lateError(queue));
  }

  #giveUp(queue: PartitionQueue, error: Error): void {
    for (const batch of queue.expire(Number.POSITIVE_INFINITY)) this.#done(batch, error);
  }

  #done(batch: ProducerBatch, error: Error): void {
    batch.fail(error);
    this.#onDone(batch, error);
  }

  /** The id and epoch of this producer, from the broker at first need; none without idempotence. */
  async #producerIdentity(): Promise<ProducerIdentity> {
    if (!this.#options.isIdempotent) return noIdentity;
    if (this.#identity !== undefined) return this.#identity;
    this.#identity = await this.#cluster.retrying('InitProducerId', async () => {
      const response = await this.#cluster.requestAny(apis.initProducerId, {
        transactionalId: null,
        transactionTimeoutMs: 0x7fff_ffff,
      });
      if (response.errorCode !== errorCodes.NONE) {
        throw brokerRefused('InitProducerId', response.errorCode);
      }
      const { producerId, producerEpoch } = response;
      return { producerId, producerEpoch };
    });
    return this.#identity;
  }
}

type PartitionAnswer = ProduceResponse['responses'][number]['partitionResponses'][number];

interface ProduceTopic {
  readonly name: string;
  readonly topicId?: string;
  readonly partitionData: { index: number; records: readonly Uint8Array[] }[];
}

function isSequenceError(error: Error): boolean {
  if (!(error instanceof OdradekError) || error.details.code !== 'BROKER_REFUSED') return false;
  const { errorCode } = error.details;
  return (
    errorCode === errorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER ||
    errorCode === errorCodes.UNKNOWN_PRODUCER_ID
  );
}

/**
 * Produce, versions 3-13.
 *
 * Each partition's one record batch is judged by its header and passes to the log as the bytes that came
 * in. acks=0 gets no answer (an error closes the connection, as Apache does, so that the client looks for
 * metadata anew), acks=1 waits for the leader's write, acks=-1 for the in-sync replicas, for `timeoutMs` at most:
 * REQUEST_TIMED_OUT is one of which nobody knows yet. Where fewer than `min.insync.replicas` are in sync nothing is
 * appended (NOT_ENOUGH_REPLICAS); what was appended before is told so (NOT_ENOUGH_REPLICAS_AFTER_APPEND). Internal
 * topics are the broker's own to write to; to a filtered topic nobody writes (POLICY_VIOLATION).
 *
 * Versions: 0-2 are advertised because old librdkafka asks for them, and refused (KIP-896); 3-6 cannot
 * carry zstd (KIP-110); 8 adds errors of single records; 10 the current leader (KIP-951); 13 topic ids.
 *
 * Gaps: transactional batches and ids answer INVALID_REQUEST until transactions are served.
 */
import { internalTopics } from '../metadata/image.ts';
import type { AppendWaiter } from '../replication/ack-queue.ts';
import { refusal, type AppendOutcome } from '../replication/append-outcome.ts';
import type { Partition } from '../replication/partition.ts';
import type { RequiredAcks } from '../replication/rewrite-queue.ts';
import type { WheelEntry } from '../runtime/timer-wheel.ts';
import type { RecordBatch } from '../records/record-batch.ts';
import { splitBatches } from '../records/split-batches.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import {
  produceRequest,
  produceResponse,
  type ProduceRequest,
} from '../protocol/messages/produce.ts';
import type { Encodable } from '../protocol/schema.ts';
import { defineApi, type ApiCall } from './api.ts';
import type { ApiServices } from './services.ts';
import { endpointsOf, leaderHint } from './serving-brokers.ts';
import { findPartition, findPartitionById, type MissingPartition } from './find-partition.ts';

type ProduceResponse = Encodable<typeof produceResponse>;
type Call = ApiCall<ProduceRequest, ProduceResponse>;
type TopicData = ProduceRequest['topicData'][number];
type PartitionData = TopicData['partitionData'][number];
type PartitionResponse = ProduceResponse['responses'][number]['partitionResponses'][number];

/** The first version whose clients know zstd. */
const zstdFirstVersion = 7;
/** The first version that names topics by their ids. */
const topicIdFirstVersion = 13;
/** The first version that names a new leader (KIP-951). */
const newLeaderFirstVersion = 10;

/** The client that may write to topics that the broker itself writes to, as in Apache's. */
const adminClientId = '__admin_client';

/** Serves Produce. */
export const produceApi = defineApi({
  name: 'Produce',
  pipelined: true,
  request: produceRequest,
  response: produceResponse,
  handle(call, services) {
    const acks = requiredAcks(call.request.acks);
    new ProduceWait(call, services, acks ?? 1).start(acks);
    return undefined;
  },
});

function requiredAcks(acks: number): RequiredAcks | undefined {
  return acks === 0 || acks === 1 || acks === -1 ? acks : undefined;
}

/** One produce request on its way: gathers how its partitions ended. HOT: bench=produce-small */
class ProduceWait implements AppendWaiter {
  readonly #call: Call;
  readonly #services: ApiServices;
  readonly #acks: RequiredAcks;
  /** By slot: the partitions of the request, in its order, counted through its topics. */
  readonly #outcomes: (AppendOutcome | undefined)[] = [];
  readonly #slotCount: number;
  #outstanding: number;
  /** Whether followers are waited for, which may take forever. */
  #awaitsFollowers = false;
  #timer: WheelEntry | undefined;

  constructor(call: Call, services: ApiServices, acks: RequiredAcks) {
    this.#call = call;
    this.#services = services;
    this.#acks = acks;
    let partitions = 0;
    for (const topic of call.request.topicData) partitions += topic.partitionData.length;
    this.#slotCount = partitions;
    this.#outstanding = partitions;
  }

  start(acks: RequiredAcks | undefined): void {
    if (this.#outstanding === 0) {
      this.#finish();
      return;
    }
    let slot = 0;
    for (const topic of this.#call.request.topicData) {
      for (const partition of topic.partitionData) {
        if (acks === undefined) this.appendEnded(slot, invalidAcks);
        else this.#append(topic, partition, slot);
        slot++;
      }
    }
    if (this.#outstanding === 0) return;
    if (this.#acks === 0) this.#call.leaveLine();
    else if (this.#awaitsFollowers) this.#limitWait();
  }

  #limitWait(): void {
    const { timeoutMs } = this.#call.request;
    this.#timer = this.#services.wheel.schedule(Math.max(0, timeoutMs), () => {
      for (let slot = 0; slot < this.#slotCount; slot++) this.#outcomes[slot] ??= timedOut;
      this.#outstanding = 0;
      this.#finish();
    });
  }

  #append(topic: TopicData, data: PartitionData, slot: number): void {
    const { apiVersion, request } = this.#call;
    const partition =
      apiVersion >= topicIdFirstVersion
        ? findPartitionById(this.#services, topic.topicId, data.index)
        : findPartition(this.#services, topic.name, data.index);
    if (typeof partition === 'string') {
      this.appendEnded(slot, refusal(partition, this.#whyRefused(partition, topic)));
      return;
    }
    if (internalTopics.has(partition.topic) && this.#call.clientId !== adminClientId) {
      this.appendEnded(slot, internalTopic);
      return;
    }
    if (request.transactionalId !== null) {
      this.appendEnded(slot, transactional);
      return;
    }
    this.#appendBatch(partition, data, slot);
  }

  #whyRefused(missing: MissingPartition, { name, topicId }: TopicData): string | undefined {
    if (missing !== 'POLICY_VIOLATION') return undefined;
    const { topicsById, topicsByName } = this.#services.image();
    const topic = topicsById.get(topicId) ?? topicsByName.get(name);
    const source = topic?.filtered?.sourceTopic ?? '';
    return `Topic '${topic?.name ?? name}' is a filtered topic of '${source}': write to '${source}'.`;
  }

  #appendBatch(partition: Partition, data: PartitionData, slot: number): void {
    const split = splitBatches(data.records ?? []);
    if ('problem' in split) {
      this.appendEnded(slot, refusal(split.error, split.message));
      return;
    }
    const batch = split.batches[0];
    if (batch === undefined || split.batches.length > 1) {
      this.appendEnded(slot, batch === undefined ? noBatch : severalBatches);
      return;
    }
    if (batch.isTransactional) {
      this.appendEnded(slot, transactional);
    } else if (batch.compression === 'zstd' && this.#call.apiVersion < zstdFirstVersion) {
      this.appendEnded(slot, zstdTooEarly);
    } else {
      if (this.#acks === -1 && partition.isReplicated) this.#awaitsFollowers = true;
      partition.append(batch, this.#acks, this, slot);
      if (this.#services.figures.followsWriters) this.#noteWriter(partition, batch, slot);
    }
  }

  /** Whoever looks sees who writes; what was refused at once was not written. */
  #noteWriter(partition: Partition, batch: RecordBatch, slot: number): void {
    const { source, clientId } = this.#call;
    if (this.#outcomes[slot]?.error !== undefined) return;
    this.#services.figures.wrote(source, clientId ?? '', partition, batch);
  }

  appendEnded(slot: number, outcome: AppendOutcome): void {
    if (this.#outstanding === 0) return;
    this.#outcomes[slot] = outcome;
    this.#outstanding--;
    if (this.#outstanding === 0) this.#finish();
  }

  #finish(): void {
    if (this.#timer !== undefined) this.#services.wheel.cancel(this.#timer);
    if (this.#acks !== 0) {
      this.#call.respond(this.#response());
      return;
    }
    const failed = this.#outcomes.find((outcome) => outcome?.error !== undefined);
    if (failed?.error === undefined) this.#call.respondNothing();
    else this.#call.hangUp(`produce with acks=0 failed with ${failed.error}`);
  }

  #response(): ProduceResponse {
    let slot = 0;
    let wrongLeader = false;
    const responses = this.#call.request.topicData.map((topic) => ({
      name: topic.name,
      topicId: topic.topicId,
      partitionResponses: topic.partitionData.map((partition) => {
        const outcome = this.#outcomes[slot++] as AppendOutcome;
        wrongLeader ||= this.#namesNewLeader(outcome);
        return this.#partitionResponse(topic, partition.index, outcome);
      }),
    }));
    return {
      responses,
      throttleTimeMs: 0,
      nodeEndpoints: wrongLeader ? endpointsOf(this.#services, this.#call.listenerName) : [],
    };
  }

  #namesNewLeader({ error }: AppendOutcome): boolean {
    return error === 'NOT_LEADER_OR_FOLLOWER' && this.#call.apiVersion >= newLeaderFirstVersion;
  }

  #partitionResponse(topic: TopicData, index: number, outcome: AppendOutcome): PartitionResponse {
    return {
      index,
      errorCode: outcome.error === undefined ? 0 : errorCodes[outcome.error],
      baseOffset: outcome.baseOffset,
      logAppendTimeMs: outcome.logAppendTimeMs,
      logStartOffset: outcome.logStartOffset,
      recordErrors: outcome.recordErrors.map(({ batchIndex, message }) => ({
        batchIndex,
        batchIndexErrorMessage: message,
      })),
      errorMessage: outcome.message ?? null,
      currentLeader: this.#namesNewLeader(outcome)
        ? leaderHint(this.#services, topic.name, topic.topicId, index)
        : noLeader,
    };
  }
}

const noLeader = { leaderId: -1, leaderEpoch: -1 };
const invalidAcks = refusal('INVALID_REQUIRED_ACKS', undefined);
const transactional = refusal('INVALID_REQUEST', 'This broker does not serve transactions yet.');
const timedOut = refusal('REQUEST_TIMED_OUT', undefined);
const internalTopic = refusal('INVALID_TOPIC_EXCEPTION', undefined);
const noBatch = refusal(
  'INVALID_RECORD',
  'A produce request must contain one record batch per partition.',
);
const severalBatches = refusal(
  'INVALID_RECORD',
  'A produce request must contain exactly one record batch per partition.',
);
const zstdTooEarly = refusal(
  'UNSUPPORTED_COMPRESSION_TYPE',
  'Produce requests of versions below 7 are not allowed to use zstd compression.',
);

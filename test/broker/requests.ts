import { fetchRequest, fetchResponse } from '../../src/protocol/messages/fetch.ts';
import { produceRequest, produceResponse } from '../../src/protocol/messages/produce.ts';
import type { Encodable, Infer } from '../../src/protocol/schema.ts';
import { buildBatch } from '../../src/records/batch-builder.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import { must } from '../../src/util/assert.ts';
import { readResponse, requestFrame } from './raw-connection.ts';
import type { SimulatedPeer } from './simulated-broker.ts';

/** Versions without topic ids, so that a test names topics. */
export const produceVersion = 9;
export const fetchVersion = 12;
/** When a simulation begins, unless told otherwise. */
export const simulationStartMs = 1_767_225_600_000;

/** A record whose value is `text`, filled up to `sizeBytes`. */
export function valueOf(text: string, sizeBytes = 0): Uint8Array {
  return Buffer.from(text.padEnd(sizeBytes, '.'));
}

export interface ProduceOptions {
  readonly partition?: number;
  readonly acks?: -1 | 0 | 1;
  readonly timestamp?: number;
  readonly compression?: 'none' | 'gzip' | 'zstd';
}

/** A produce request of one batch. */
export function produceBody(
  topic: string,
  values: readonly (string | Uint8Array)[],
  options: ProduceOptions = {},
): Encodable<typeof produceRequest> {
  const { partition = 0, acks = -1, timestamp = simulationStartMs, compression = 'none' } = options;
  const records = values.map((value) => ({ value: Buffer.from(value), timestamp }));
  const { chunks } = buildBatch(records, { compression });
  const partitionData = [{ index: partition, records: chunks }];
  return { acks, timeoutMs: 30_000, topicData: [{ name: topic, partitionData }] };
}

export function produceFrame(
  correlationId: number,
  topic: string,
  values: readonly (string | Uint8Array)[],
  options: ProduceOptions = {},
): Buffer {
  const body = produceBody(topic, values, options);
  return requestFrame(produceRequest, produceVersion, correlationId, body);
}

export type ProduceAnswer = Infer<
  typeof produceResponse
>['responses'][number]['partitionResponses'][number];

/** What a frame says of the one partition that was written to. */
export function produceAnswer(frame: Uint8Array): ProduceAnswer {
  const { responses } = readResponse(produceResponse, produceVersion, frame);
  return must(responses[0]?.partitionResponses[0]);
}

/** Writes one batch and answers what became of it. */
export async function produce(
  peer: SimulatedPeer,
  topic: string,
  values: readonly (string | Uint8Array)[],
  options: ProduceOptions = {},
): Promise<ProduceAnswer> {
  const body = produceBody(topic, values, options);
  const { responses } = await peer.call(produceRequest, produceResponse, produceVersion, body);
  return must(responses[0]?.partitionResponses[0]);
}

export interface FetchOptions {
  readonly partition?: number;
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly maxBytes?: number;
}

function fetchBody(
  topic: string,
  fetchOffset: number,
  options: FetchOptions = {},
): Encodable<typeof fetchRequest> {
  const { partition = 0, maxWaitMs = 0, minBytes = 1, maxBytes = 1 << 20 } = options;
  const partitions = [{ partition, fetchOffset, partitionMaxBytes: maxBytes }];
  const topics = [{ topic, partitions }];
  return { maxWaitMs, minBytes, maxBytes, topics, forgottenTopicsData: [] };
}

export function fetchFrame(
  correlationId: number,
  topic: string,
  fetchOffset: number,
  options: FetchOptions = {},
): Buffer {
  return requestFrame(
    fetchRequest,
    fetchVersion,
    correlationId,
    fetchBody(topic, fetchOffset, options),
  );
}

export type FetchAnswer = Infer<typeof fetchResponse>['responses'][number]['partitions'][number];

/** What a frame says of the one partition that was read. */
export function fetchAnswer(frame: Uint8Array): FetchAnswer {
  return must(readResponse(fetchResponse, fetchVersion, frame).responses[0]?.partitions[0]);
}

/** Reads once. */
export async function fetch(
  peer: SimulatedPeer,
  topic: string,
  fetchOffset: number,
  options: FetchOptions = {},
): Promise<FetchAnswer> {
  const body = fetchBody(topic, fetchOffset, options);
  const { responses } = await peer.call(fetchRequest, fetchResponse, fetchVersion, body);
  return must(responses[0]?.partitions[0]);
}

/** Where the batches of an answer begin. */
export function baseOffsets({ records }: Pick<FetchAnswer, 'records'>): number[] {
  return splitBatches(records ?? []).batches.map(({ baseOffset }) => baseOffset);
}

/** Bytes of the records in an answer. */
export function recordBytes({ records }: Pick<FetchAnswer, 'records'>): number {
  return (records ?? []).reduce((sum, { length }) => sum + length, 0);
}

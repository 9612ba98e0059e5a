/**
 * What the codec costs: decoding and encoding of Produce and Fetch, with one partition and small batches
 * as a client sends them one record at a time, and with many partitions. Run with `--tiny` to see only
 * that it works.
 *
 * Each line says how many messages and how many MB (of frames, payload included) one CPU second of this
 * process takes.
 */
import { ByteReader } from '../src/protocol/byte-reader.ts';
import { decodeMessage } from '../src/protocol/codec.ts';
import { FrameDecoder } from '../src/protocol/frame.ts';
import {
  encodeRequestFrame,
  encodeResponseFrame,
  readRequestHeader,
  readResponseHeader,
} from '../src/protocol/header.ts';
import { fetchRequest, fetchResponse } from '../src/protocol/messages/fetch.ts';
import { metadataResponse } from '../src/protocol/messages/metadata.ts';
import { produceRequest, produceResponse } from '../src/protocol/messages/produce.ts';
import type { ApiSchema, Encodable, Fields } from '../src/protocol/schema.ts';
import { concatenated, totalBytes } from '../src/util/bytes.ts';

const tiny = process.argv.includes('--tiny');
const cpuMsPerCase = tiny ? 2 : 1000;
const topicId = 'WyZFiYThBOx65y4K60g0lg';
const clientHeader = { correlationId: 77, clientId: 'producer-1' };

function partitions<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function produce(partitionCount: number, batchBytes: number): Encodable<typeof produceRequest> {
  const batch = new Uint8Array(batchBytes);
  const partitionData = partitions(partitionCount, (index) => ({ index, records: [batch] }));
  return { acks: -1, timeoutMs: 30_000, topicData: [{ topicId, partitionData }] };
}

function produced(partitionCount: number): Encodable<typeof produceResponse> {
  const partitionResponses = partitions(partitionCount, (index) => ({
    index,
    errorCode: 0,
    baseOffset: 123_456 + index,
    logStartOffset: 0,
  }));
  return { responses: [{ topicId, partitionResponses }] };
}

function fetch(partitionCount: number): Encodable<typeof fetchRequest> {
  const asked = partitions(partitionCount, (partition) => ({
    partition,
    currentLeaderEpoch: 3,
    fetchOffset: 99_000 + partition,
    partitionMaxBytes: 1_048_576,
  }));
  return { maxWaitMs: 500, minBytes: 1, topics: [{ topicId, partitions: asked }] };
}

function fetched(partitionCount: number, batchBytes: number): Encodable<typeof fetchResponse> {
  const batch = new Uint8Array(batchBytes);
  const given = partitions(partitionCount, (partitionIndex) => ({
    partitionIndex,
    errorCode: 0,
    highWatermark: 100_000,
    lastStableOffset: 100_000,
    logStartOffset: 0,
    abortedTransactions: null,
    records: [batch],
  }));
  return { responses: [{ topicId, partitions: given }] };
}

function described(partitionCount: number): Encodable<typeof metadataResponse> {
  const known = partitions(partitionCount, (partitionIndex) => ({
    errorCode: 0,
    partitionIndex,
    leaderId: 1,
    leaderEpoch: 5,
    replicaNodes: [1, 2, 3],
    isrNodes: [1, 2, 3],
    offlineReplicas: [],
  }));
  const brokers = [{ nodeId: 1, host: 'localhost', port: 9092 }];
  return { brokers, topics: [{ errorCode: 0, name: 'orders', topicId, partitions: known }] };
}

/** Runs `once` for a while and prints what one CPU second of it comes to. */
function measure(name: string, frameBytes: number, once: () => void): void {
  const warmUp = tiny ? 1 : 2000;
  for (let i = 0; i < warmUp; i++) once();
  const begin = process.cpuUsage();
  let messages = 0;
  let cpuMs = 0;
  while (cpuMs < cpuMsPerCase) {
    for (let i = 0; i < 100; i++) once();
    messages += 100;
    const used = process.cpuUsage(begin);
    cpuMs = (used.user + used.system) / 1000;
  }
  const perSecond = messages / (cpuMs / 1000);
  const rate = Math.round(perSecond).toLocaleString('en').padStart(11);
  const mb = ((perSecond * frameBytes) / 1e6).toFixed(0).padStart(9);
  console.log(`${name.padEnd(52)}${rate} messages/s${mb} MB/s`);
}

/** A request on its way in and out: the frame decoder, the header and the body. */
function measureRequest<F extends Fields>(
  name: string,
  schema: ApiSchema<F>,
  version: number,
  value: Encodable<ApiSchema<F>>,
): void {
  const frame = concatenated(encodeRequestFrame(schema, version, clientHeader, value));
  const decoder = new FrameDecoder({ frameBytesMax: 2 ** 30 });
  measure(`decode ${name}`, frame.length, () => {
    decoder.push(frame);
    decoder.next();
    decoder.accept();
    const step = decoder.next();
    if (step.kind !== 'frame') throw new Error('a frame was pushed');
    const reader = new ByteReader(step.chunks);
    readRequestHeader(reader);
    decodeMessage(schema, version, reader);
  });
  measure(`encode ${name}`, frame.length, () => {
    encodeRequestFrame(schema, version, clientHeader, value);
  });
}

function measureResponse<F extends Fields>(
  name: string,
  schema: ApiSchema<F>,
  version: number,
  value: Encodable<ApiSchema<F>>,
): void {
  const pieces = encodeResponseFrame(schema, version, 77, value);
  const frame = concatenated(pieces).subarray(4);
  measure(`encode ${name}`, totalBytes(pieces), () => {
    encodeResponseFrame(schema, version, 77, value);
  });
  measure(`decode ${name}`, frame.length, () => {
    const reader = new ByteReader([frame]);
    readResponseHeader(schema.apiKey, version, reader);
    decodeMessage(schema, version, reader);
  });
}

console.log('Per CPU second of this process:');
measureRequest('Produce v13 request, 1 partition, 1 KiB', produceRequest, 13, produce(1, 1100));
measureRequest('Produce v13 request, 1 partition, 1 MiB', produceRequest, 13, produce(1, 2 ** 20));
measureRequest(
  'Produce v13 request, 100 partitions, 16 KiB',
  produceRequest,
  13,
  produce(100, 16_384),
);
measureResponse('Produce v13 response, 1 partition', produceResponse, 13, produced(1));
measureResponse('Produce v13 response, 100 partitions', produceResponse, 13, produced(100));
measureRequest('Fetch v17 request, 1 partition', fetchRequest, 17, fetch(1));
measureRequest('Fetch v17 request, 100 partitions', fetchRequest, 17, fetch(100));
measureResponse('Fetch v17 response, 1 partition, 1 KiB', fetchResponse, 17, fetched(1, 1100));
measureResponse('Fetch v17 response, 1 partition, 1 MiB', fetchResponse, 17, fetched(1, 2 ** 20));
measureResponse(
  'Fetch v17 response, 100 partitions, 16 KiB',
  fetchResponse,
  17,
  fetched(100, 16_384),
);
measureResponse('Metadata v12 response, 1,000 partitions', metadataResponse, 12, described(1000));

/**
 * Fetch at the tail and from disk: a topic with more data than the broker keeps in memory is read from its
 * start, then its newest part over and over. 1 MiB a partition, over 2 connections with one request in flight
 * on each, as consumers have. Prints MB per second and per CPU second of the broker.
 *
 * `npm run bench -- fetch [--tiny] [--bootstrap HOST:PORT --pid PID --name NAME]`
 */
import { ByteReader } from '../src/protocol/byte-reader.ts';
import { decodeMessage } from '../src/protocol/codec.ts';
import { readResponseHeader } from '../src/protocol/header.ts';
import { fetchRequest, fetchResponse } from '../src/protocol/messages/fetch.ts';
import { produceRequest } from '../src/protocol/messages/produce.ts';
import { splitBatches } from '../src/records/split-batches.ts';
import { brokerToMeasure, type BrokerProcess } from './lib/broker-process.ts';
import { measured } from './lib/process-cpu.ts';
import { batchOf, createTopic } from './lib/topics.ts';
import { encoded, pump, Wire } from './lib/wire.ts';

const version = 11;
const tiny = process.argv.includes('--tiny');
const recordsPerBatch = 100;
const batch = batchOf(recordsPerBatch, 1024);
const batchCount = tiny ? 20 : 5000;
const partitionMaxBytes = 1024 * 1024;

function fetchFrame(topic: string, fetchOffset: number): Uint8Array {
  return encoded(fetchRequest, version, {
    maxWaitMs: 500,
    minBytes: 1,
    maxBytes: 50 * 1024 * 1024,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes }] }],
    forgottenTopicsData: [],
  });
}

/** Reads from `offset` to the end; answers the bytes of records. */
async function readThrough(wire: Wire, topic: string, offset: number): Promise<number> {
  const end = batchCount * recordsPerBatch;
  let bytes = 0;
  let next = offset;
  while (next < end) {
    const answer = await new Promise<readonly Uint8Array[]>((resolve) => {
      wire.send(fetchFrame(topic, next), resolve);
    });
    const reader = new ByteReader(answer);
    readResponseHeader(fetchRequest.apiKey, version, reader);
    const partition = decodeMessage(fetchResponse, version, reader).responses[0]?.partitions[0];
    if (partition?.errorCode !== 0) throw new Error(`fetch answered ${partition?.errorCode}`);
    const { batches } = splitBatches(partition.records ?? []);
    const last = batches.at(-1);
    if (last === undefined) continue;
    for (const { sizeBytes } of batches) bytes += sizeBytes;
    next = last.nextOffset;
  }
  return bytes;
}

async function fill(wires: readonly Wire[], topic: string): Promise<void> {
  const frame = encoded(produceRequest, 9, {
    transactionalId: null,
    acks: 1,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records: [batch] }] }],
  });
  await pump(wires, frame, { count: batchCount, inFlight: 4, check: () => {} });
}

async function report(
  broker: BrokerProcess,
  name: string,
  work: () => Promise<number>,
): Promise<void> {
  const { result, wallSeconds, brokerCpuSeconds } = await measured(broker.pid, work);
  const megabytes = result / 1e6;
  const perCpu = brokerCpuSeconds > 0 ? (megabytes / brokerCpuSeconds).toFixed(0) : 'n/a';
  console.log(
    `${broker.name} ${name}: ${(megabytes / wallSeconds).toFixed(0)} MB/s, ${perCpu} MB per CPU second`,
  );
}

const broker = await brokerToMeasure();
const topic = `bench-fetch-${process.pid}`;
const wires = [await Wire.connect(broker.bootstrap), await Wire.connect(broker.bootstrap)];
const [first, second] = wires as [Wire, Wire];
await createTopic(first, topic, 1);
await fill(wires, topic);
const both = async (offset: number, rounds: number): Promise<number> => {
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const [a, b] = await Promise.all([
      readThrough(first, topic, offset),
      readThrough(second, topic, offset),
    ]);
    bytes += a + b;
  }
  return bytes;
};
await both(0, 1);
await report(broker, 'fetch from disk', () => both(0, tiny ? 1 : 2));
const tail = Math.floor(batchCount * 0.98) * recordsPerBatch;
await both(tail, 2);
await report(broker, 'fetch at the tail', () => both(tail, tiny ? 2 : 100));
for (const wire of wires) wire.close();
await broker.stop();

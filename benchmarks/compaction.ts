/**
 * What a compaction costs the broker's thread, and how quick it is. A topic of keyed records is filled and
 * held back from compaction; then producers write to another topic at a steady pace: for a while without a
 * compaction, while one runs in the worker, and for a while without one again. Printed for each round: the CPU
 * time of the broker's own thread per MB produced, before, during and after, and how much the cleaner read in
 * a second. Linux only.
 *
 * `npm run bench -- compaction [--tiny]`
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from '../src/protocol/messages/incremental-alter-configs.ts';
import { produceRequest } from '../src/protocol/messages/produce.ts';
import { buildBatch } from '../src/records/batch-builder.ts';
import { concatenated } from '../src/util/bytes.ts';
import { type BrokerProcess, startOdradek } from './lib/broker-process.ts';
import { firstThreadCpuSeconds } from './lib/process-cpu.ts';
import { batchOf, createTopic } from './lib/topics.ts';
import { encoded, pump, Wire } from './lib/wire.ts';

const tiny = process.argv.includes('--tiny');
const rounds = tiny ? 1 : 3;
const filledBatches = tiny ? 100 : 16_000;
const recordsPerBatch = 60;
const recordBytes = 1000;
const keyCount = tiny ? 500 : 200_000;
/** Batches of 64 kB that are sent together, every `loadTickMs`. */
const loadBatches = 40;
const loadTickMs = 50;
const idleSeconds = tiny ? 0.2 : 8;
const settleMs = tiny ? 100 : 10_000;
const produceVersion = 9;
const topicResource = 2;
const brokerResource = 4;

async function main(): Promise<void> {
  const broker = await startOdradek();
  const wires = await Promise.all(Array.from({ length: 4 }, () => Wire.connect(broker.bootstrap)));
  const [wire] = wires;
  if (wire === undefined) throw new Error('at least one connection');
  await createTopic(wire, 'load', 1);
  await configure(wire, topicResource, 'load', { 'retention.bytes': '2000000000' });
  await configure(wire, brokerResource, '', { 'log.cleaner.backoff.ms': '50' });
  const load = produceFrame('load', batchOf(63, 1000));
  await loadWhile(broker, wires, load, (seconds) => seconds < idleSeconds);
  for (let round = 1; round <= rounds; round++) await measureRound(broker, wires, load, round);
  for (const each of wires) each.close();
  await broker.stop();
}

async function measureRound(
  broker: BrokerProcess,
  wires: readonly Wire[],
  load: Uint8Array,
  round: number,
): Promise<void> {
  const wire = wires[0] as Wire;
  const topic = `prices-${round}`;
  await createTopic(wire, topic, 1);
  const hold = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '1' };
  const segmentBytes = tiny ? '1048576' : '100000000';
  await configure(wire, topicResource, topic, { ...hold, 'segment.bytes': segmentBytes });
  const filledBytes = await fill(wires, topic);
  await sleep(settleMs);
  const idle = (seconds: number): boolean => seconds < idleSeconds;
  const before = await loadWhile(broker, wires, load, idle);
  await configure(wire, topicResource, topic, { 'min.cleanable.dirty.ratio': '0' });
  const during = await loadWhile(broker, wires, load, () => !isCleaned(broker, topic));
  await sleep(settleMs);
  const after = await loadWhile(broker, wires, load, idle);
  const without = (before.cpuMsPerMb + after.cpuMsPerMb) / 2;
  const growth = (during.cpuMsPerMb / without - 1) * 100;
  const readPerSecond = (2 * filledBytes) / 1e6 / during.seconds;
  console.log(
    `round ${round}: broker thread ${before.cpuMsPerMb.toFixed(3)} ms/MB before, ` +
      `${during.cpuMsPerMb.toFixed(3)} during, ${after.cpuMsPerMb.toFixed(3)} after a compaction ` +
      `(${growth.toFixed(1)} %), which read ${(filledBytes / 1e6).toFixed(0)} MB twice in ` +
      `${during.seconds.toFixed(1)} s, ${readPerSecond.toFixed(0)} MB/s; produced ` +
      `${before.megabytesPerSecond.toFixed(0)}, ${during.megabytesPerSecond.toFixed(0)} and ` +
      `${after.megabytesPerSecond.toFixed(0)} MB/s`,
  );
}

/** Writes keyed records, each key several times. Answers the bytes. */
async function fill(wires: readonly Wire[], topic: string): Promise<number> {
  let bytes = 0;
  const value = new Uint8Array(recordBytes).fill(120);
  const encoder = new TextEncoder();
  for (let i = 0; i < filledBatches; i++) {
    const records = Array.from({ length: recordsPerBatch }, (_, j) => ({
      key: encoder.encode(`key-${(i * 7919 + j * 104_729) % keyCount}`),
      value,
      timestamp: Date.now(),
    }));
    const batch = concatenated(buildBatch(records).chunks);
    bytes += batch.length;
    const frame = produceFrame(topic, batch);
    await new Promise<void>((resolve) => wires[0]?.send(frame, () => resolve()));
  }
  return bytes;
}

/** Produces at the steady pace as long as `goesOn`; answers what that cost the broker's thread. */
async function loadWhile(
  broker: BrokerProcess,
  wires: readonly Wire[],
  load: Uint8Array,
  goesOn: (seconds: number) => boolean,
): Promise<{ cpuMsPerMb: number; seconds: number; megabytesPerSecond: number }> {
  const cpuBefore = firstThreadCpuSeconds(broker.pid);
  const before = performance.now();
  let megabytes = 0;
  let seconds = 0;
  do {
    await pump(wires, load, { count: loadBatches, inFlight: 4, check: () => {} });
    megabytes += (loadBatches * load.length) / 1e6;
    await sleep(loadTickMs - ((performance.now() - before) % loadTickMs));
    seconds = (performance.now() - before) / 1000;
  } while (goesOn(seconds));
  const cpuMs = (firstThreadCpuSeconds(broker.pid) - cpuBefore) * 1000;
  return { cpuMsPerMb: cpuMs / megabytes, seconds, megabytesPerSecond: megabytes / seconds };
}

/** Whether the cleaner has written down how far it came. */
function isCleaned({ dataDir }: BrokerProcess, topic: string): boolean {
  const path = join(dataDir ?? '', 'cleaner-offset-checkpoint');
  return existsSync(path) && readFileSync(path, 'utf8').includes(`${topic} 0 `);
}

function produceFrame(topic: string, batch: Uint8Array): Uint8Array {
  return encoded(produceRequest, produceVersion, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records: [batch] }] }],
  });
}

async function configure(
  wire: Wire,
  resourceType: number,
  resourceName: string,
  values: Record<string, string>,
): Promise<void> {
  const configs = Object.entries(values).map(([name, value]) => ({
    name,
    configOperation: 0,
    value,
  }));
  const { responses } = await wire.call(
    incrementalAlterConfigsRequest,
    incrementalAlterConfigsResponse,
    1,
    { resources: [{ resourceType, resourceName, configs }], validateOnly: false },
  );
  const [answer] = responses;
  if (answer?.errorCode !== 0) throw new Error(`configuring: ${answer?.errorMessage}`);
}

await main();

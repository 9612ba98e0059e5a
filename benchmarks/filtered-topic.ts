/**
 * A filtered topic beside reading its source whole and filtering at the client: adverts of 100 players, of which the
 * filter shows one. Prints what goes over the wire, and what the first reader and each of 99 more cost the broker, all
 * from the start of the log to its end.
 *
 * `npm run bench -- filtered-topic [--tiny]`
 */
import { ByteReader } from '../src/protocol/byte-reader.ts';
import { decodeMessage } from '../src/protocol/codec.ts';
import { readResponseHeader } from '../src/protocol/header.ts';
import { fetchRequest, fetchResponse } from '../src/protocol/messages/fetch.ts';
import { produceRequest } from '../src/protocol/messages/produce.ts';
import { buildBatch } from '../src/records/batch-builder.ts';
import { splitBatches } from '../src/records/split-batches.ts';
import { startOdradek } from './lib/broker-process.ts';
import { measured } from './lib/process-cpu.ts';
import { createTopic } from './lib/topics.ts';
import { encoded, pump, Wire } from './lib/wire.ts';

const version = 11;
const tiny = process.argv.includes('--tiny');
const recordsPerBatch = 100;
const batchCount = tiny ? 20 : 5000;
const endOffset = batchCount * recordsPerBatch;
const moreReaders = tiny ? 3 : 99;

/** One record of each player, of about 200 bytes. */
function adverts(): readonly Uint8Array[] {
  const records = Array.from({ length: recordsPerBatch }, (_, player) => ({
    timestamp: 1_767_225_600_000,
    value: Buffer.from(
      JSON.stringify({ player: `player-${player}`, brand: 'x'.repeat(100), price: player * 7 }),
    ),
  }));
  return buildBatch(records).chunks;
}

/** Reads a topic from its start to its end; answers the bytes of the answers. */
async function readThrough(wire: Wire, topic: string): Promise<number> {
  let bytes = 0;
  let next = 0;
  while (next < endOffset) {
    const partitions = [{ partition: 0, fetchOffset: next, partitionMaxBytes: 1024 * 1024 }];
    const frame = encoded(fetchRequest, version, {
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 50 * 1024 * 1024,
      topics: [{ topic, partitions }],
      forgottenTopicsData: [],
    });
    const answer = await new Promise<readonly Uint8Array[]>((resolve) => {
      wire.send(frame, resolve);
    });
    for (const chunk of answer) bytes += chunk.length;
    const reader = new ByteReader(answer);
    readResponseHeader(fetchRequest.apiKey, version, reader);
    const partition = decodeMessage(fetchResponse, version, reader).responses[0]?.partitions[0];
    if (partition?.errorCode !== 0) throw new Error(`fetch answered ${partition?.errorCode}`);
    next = splitBatches(partition.records ?? []).batches.at(-1)?.nextOffset ?? next;
  }
  return bytes;
}

const broker = await startOdradek({ 'odradek.filter.cache.bytes': 64 * 1024 * 1024 });
const wire = await Wire.connect(broker.bootstrap);
await createTopic(wire, 'adverts', 1);
const shown = (player: number) => ({
  'odradek.source.topic': 'adverts',
  'odradek.filter': `value.player == "player-${player}"`,
});
// The first is to warm up with: another filter has nothing in the cache of it.
await createTopic(wire, 'adverts-warm', 1, shown(3));
await createTopic(wire, 'adverts-one', 1, shown(7));
const produced = encoded(produceRequest, 9, {
  transactionalId: null,
  acks: 1,
  timeoutMs: 30_000,
  topicData: [{ name: 'adverts', partitionData: [{ index: 0, records: adverts() }] }],
});
await pump([wire], produced, { count: batchCount, inFlight: 4, check: () => {} });

await readThrough(wire, 'adverts');
await readThrough(wire, 'adverts-warm');
const whole = await measured(broker.pid, () => readThrough(wire, 'adverts'));
const first = await measured(broker.pid, () => readThrough(wire, 'adverts-one'));
const others = await measured(broker.pid, async () => {
  const wires = await Promise.all(
    Array.from({ length: moreReaders }, () => Wire.connect(broker.bootstrap)),
  );
  await Promise.all(wires.map((one) => readThrough(one, 'adverts-one')));
  for (const one of wires) one.close();
});
const mb = (bytes: number): string => (bytes / 1e6).toFixed(2);
const ms = (seconds: number): string => (seconds * 1000).toFixed(0);
console.log(
  `the source whole: ${mb(whole.result)} MB over the wire, ${ms(whole.brokerCpuSeconds)} ms of the broker's CPU, ${ms(whole.wallSeconds)} ms`,
);
console.log(
  `the filtered topic, first reader: ${mb(first.result)} MB, ${ms(first.brokerCpuSeconds)} ms of CPU, ${ms(first.wallSeconds)} ms ` +
    `(${(endOffset / first.brokerCpuSeconds / 1000).toFixed(0)} thousand records per CPU second)`,
);
console.log(
  `each of ${moreReaders} more at once: ${((others.brokerCpuSeconds * 1000) / moreReaders).toFixed(1)} ms of CPU, all in ${ms(others.wallSeconds)} ms`,
);
wire.close();
await broker.stop();

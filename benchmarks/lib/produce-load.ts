import { ByteReader } from '../../src/protocol/byte-reader.ts';
import { decodeMessage } from '../../src/protocol/codec.ts';
import { readResponseHeader } from '../../src/protocol/header.ts';
import { produceRequest, produceResponse } from '../../src/protocol/messages/produce.ts';
import { brokerToMeasure } from './broker-process.ts';
import { measured } from './process-cpu.ts';
import { createTopic } from './topics.ts';
import { warmMemory } from './warm-memory.ts';
import { encoded, pump, Wire } from './wire.ts';

const version = 9;

/** Short enough that no memory is given back while one lasts. */
const rounds = 4;

/** Sends one frame over and over, acks=all to one partition, and prints what the broker did with it. */
export async function produceLoad(
  name: string,
  options: { batch: Uint8Array; count: number; connections: number; inFlight: number },
): Promise<void> {
  const broker = await brokerToMeasure();
  const topic = `bench-${name}-${process.pid}`;
  const wires = await Promise.all(
    Array.from({ length: options.connections }, () => Wire.connect(broker.bootstrap)),
  );
  const [first] = wires;
  if (first === undefined) throw new Error('at least one connection');
  await createTopic(first, topic, 1);
  const frame = encoded(produceRequest, version, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records: [options.batch] }] }],
  });
  const check = (answer: readonly Uint8Array[]): void => {
    const reader = new ByteReader(answer);
    readResponseHeader(produceRequest.apiKey, version, reader);
    const { responses } = decodeMessage(produceResponse, version, reader);
    const error = responses[0]?.partitionResponses[0]?.errorCode;
    if (error !== 0) throw new Error(`produce answered ${error}`);
  };
  const load = { inFlight: options.inFlight, check };
  const perRound = Math.ceil(options.count / rounds);
  const bytesPerRound = perRound * options.batch.length;
  await pump(wires, frame, { ...load, count: perRound });
  let wallSeconds = 0;
  let brokerCpuSeconds = 0;
  for (let round = 0; round < rounds; round++) {
    warmMemory(bytesPerRound * 1.25);
    const cost = await measured(broker.pid, () => pump(wires, frame, { ...load, count: perRound }));
    wallSeconds += cost.wallSeconds;
    brokerCpuSeconds += cost.brokerCpuSeconds;
  }
  const count = rounds * perRound;
  const megabytes = (rounds * bytesPerRound) / 1e6;
  const perSecond = (amount: number, seconds: number): string =>
    seconds > 0 ? (amount / seconds).toFixed(0) : 'n/a';
  console.log(
    `${broker.name} ${name}: ${perSecond(count, wallSeconds)} requests/s, ` +
      `${perSecond(count, brokerCpuSeconds)} requests per CPU second, ` +
      `${perSecond(megabytes, wallSeconds)} MB/s, ` +
      `${perSecond(megabytes, brokerCpuSeconds)} MB per CPU second`,
  );
  for (const wire of wires) wire.close();
  await broker.stop();
}

/**
 * What each level of docs/DURABILITY.md costs: three brokers in threads of one process, on a folder of a disk, and
 * one producer. Prints how long an answer takes (records of 1 KiB, one at a time: the median), how fast 16 KiB of
 * them are taken, five requests in flight, and the CPU time for each MB, of all brokers and the producer; and the
 * same as a multiple of what `leader only` costs, the median of the rounds, in which the levels take turns.
 *
 * `npm run bench -- durability [--tiny]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCluster, type Cluster } from '../src/index.ts';
import { ByteReader } from '../src/protocol/byte-reader.ts';
import { decodeMessage } from '../src/protocol/codec.ts';
import { readResponseHeader } from '../src/protocol/header.ts';
import { produceRequest, produceResponse } from '../src/protocol/messages/produce.ts';
import { median } from './lib/figures.ts';
import { batchOf } from './lib/topics.ts';
import { encoded, pump, Wire } from './lib/wire.ts';

interface Level {
  readonly name: string;
  readonly topic: string;
  readonly acks: number;
  readonly replicas: number;
  readonly fsync: boolean;
}

interface Figures {
  /** NaN where nobody answers. */
  readonly answerMs: number;
  readonly megabytesPerSecond: number;
  readonly cpuMsPerMegabyte: number;
}

const levels: readonly Level[] = [
  { name: 'no wait for a write', topic: 'none', acks: 0, replicas: 3, fsync: false },
  { name: 'leader only', topic: 'leader', acks: 1, replicas: 3, fsync: false },
  { name: 'sync after a quorum', topic: 'quorum', acks: -1, replicas: 3, fsync: false },
  { name: 'a quorum, and fsync per batch', topic: 'synced', acks: -1, replicas: 3, fsync: true },
  { name: 'one broker', topic: 'one', acks: -1, replicas: 1, fsync: false },
  {
    name: 'one broker, and fsync per batch',
    topic: 'one-synced',
    acks: -1,
    replicas: 1,
    fsync: true,
  },
];
const baseline = 'leader only';
const version = 9;
const tiny = process.argv.includes('--tiny');
const rounds = tiny ? 1 : 9;
const answers = tiny ? 10 : 300;
const batches = tiny ? 20 : 1500;

function frameOf({ topic, acks }: Level, batch: Uint8Array): Uint8Array {
  return encoded(produceRequest, version, {
    transactionalId: null,
    acks,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records: [batch] }] }],
  });
}

function check(answer: readonly Uint8Array[]): void {
  const reader = new ByteReader(answer);
  readResponseHeader(produceRequest.apiKey, version, reader);
  const { responses } = decodeMessage(produceResponse, version, reader);
  const error = responses[0]?.partitionResponses[0]?.errorCode;
  if (error !== 0) throw new Error(`produce answered ${error}`);
}

function answered(wire: Wire, frame: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    wire.send(frame, (answer) => {
      check(answer);
      resolve();
    });
  });
}

async function answerMs(wire: Wire, level: Level): Promise<number> {
  if (level.acks === 0) return Number.NaN;
  const frame = frameOf(level, batchOf(1, 1024));
  const times: number[] = [];
  for (let i = 0; i < answers; i++) {
    const before = performance.now();
    await answered(wire, frame);
    times.push(performance.now() - before);
  }
  return median(times);
}

async function takeBatches(wire: Wire, level: Level, batch: Uint8Array): Promise<void> {
  const frame = frameOf(level, batch);
  if (level.acks !== 0) {
    await pump([wire], frame, { count: batches, inFlight: 5, check });
    return;
  }
  for (let i = 0; i < batches; i++) wire.tell(frame);
  // What is behind them on the connection is answered behind them.
  await answered(wire, frameOf({ ...level, acks: 1 }, batch));
}

async function measure(cluster: Cluster, level: Level): Promise<Figures> {
  const leader = cluster.brokers[cluster.leader(level.topic) - 1];
  if (leader === undefined) throw new Error(`${level.topic} has no leader`);
  const wire = await Wire.connect(leader.bootstrapServers);
  const figure = await answerMs(wire, level);
  const batch = batchOf(16, 1024);
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await takeBatches(wire, level, batch);
  // What followers have to copy yet is part of the cost.
  if (level.replicas > 1) await answered(wire, frameOf({ ...level, acks: -1 }, batch));
  const seconds = (performance.now() - before) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  wire.close();
  const megabytes = (batches * batch.length) / 1e6;
  return {
    answerMs: figure,
    megabytesPerSecond: megabytes / seconds,
    cpuMsPerMegabyte: (user + system) / 1000 / megabytes,
  };
}

const dataDir = mkdtempSync(join(tmpdir(), 'odradek-durability-'));
const cluster = await createCluster({ threads: true, dataDir });
try {
  for (const { topic, replicas, fsync } of levels) {
    const config = fsync ? { 'flush.messages': 1 } : {};
    await cluster.createTopic(topic, { replicationFactor: replicas, config });
  }
  for (const level of levels) await measure(cluster, level);
  const measured = new Map<Level, Figures[]>(levels.map((level) => [level, []]));
  for (let round = 0; round < rounds; round++) {
    const inTurn = round % 2 === 0 ? levels : levels.toReversed();
    for (const level of inTurn) measured.get(level)?.push(await measure(cluster, level));
  }
  const base = measured.get(levels.find(({ name }) => name === baseline) as Level) ?? [];
  for (const [{ name }, figures] of measured) {
    const line = (['answerMs', 'megabytesPerSecond', 'cpuMsPerMegabyte'] as const).map((key) => {
      const value = median(figures.map((figure) => figure[key]));
      const ratio = median(figures.map((figure, i) => figure[key] / (base[i]?.[key] ?? 1)));
      return `${key} ${value.toFixed(2)} (${ratio.toFixed(2)})`;
    });
    console.log(`${name}: ${line.join(', ')}`);
  }
} finally {
  await cluster.stop();
  rmSync(dataDir, { recursive: true });
}

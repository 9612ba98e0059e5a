/**
 * A start after SIGKILL: topics of 1 and of 200 partitions are filled with 10 GiB, as fast as the broker takes it;
 * then its process is killed and started again on the same folder. Prints how long it takes from the start of
 * the process until every partition has answered ListOffsets.
 *
 * Goal: a second.
 *
 * `npm run bench -- restart [--tiny]`
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listOffsetsRequest, listOffsetsResponse } from '../src/protocol/messages/list-offsets.ts';
import { produceRequest } from '../src/protocol/messages/produce.ts';
import { untilUp } from './lib/broker-process.ts';
import { batchOf, createTopic } from './lib/topics.ts';
import { encoded, pump, Wire } from './lib/wire.ts';
import { freePorts } from './peers/free-ports.ts';

const tiny = process.argv.includes('--tiny');
const totalBytes = tiny ? 64 * 2 ** 20 : 10 * 2 ** 30;
const batch = batchOf(512, 1024);
const inFlight = 4;
const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly wire: Wire;
}

async function start(port: number, folder: string): Promise<Started> {
  const logFile = join(folder, 'broker.log');
  const log = openSync(logFile, 'a');
  const args = [main, 'start', '--port', String(port), '--data-dir', join(folder, 'data')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', log, log] });
  closeSync(log);
  const connected = (): Promise<Wire | undefined> =>
    Wire.connect(`127.0.0.1:${port}`).catch(() => undefined);
  return { child, wire: await untilUp(child, connected, { pauseMs: 5, logFile }) };
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

async function fill(wire: Wire, partitions: number): Promise<void> {
  const rounds = Math.ceil(totalBytes / batch.length / partitions);
  for (let round = 0; round < rounds; round++) {
    // Each with the time it is made at, as records have in life.
    const records = [batchOf(512, 1024)];
    for (let index = 0; index < partitions; index += inFlight) {
      const topicFrames = Array.from({ length: Math.min(inFlight, partitions - index) }, (_, i) =>
        encoded(produceRequest, 9, {
          transactionalId: null,
          acks: 1,
          timeoutMs: 60_000,
          topicData: [{ name: 'restart', partitionData: [{ index: index + i, records }] }],
        }),
      );
      const once = { count: 1, inFlight: 1, check: () => {} };
      await Promise.all(topicFrames.map((frame) => pump([wire], frame, once)));
    }
  }
}

/** Seconds from the start of the process until every partition has said where it ends. */
async function restart(port: number, folder: string, partitions: number): Promise<number> {
  const startedMs = performance.now();
  const { child, wire } = await start(port, folder);
  const asked = Array.from({ length: partitions }, (_, partitionIndex) => ({
    partitionIndex,
    timestamp: -1,
  }));
  const { topics } = await wire.call(listOffsetsRequest, listOffsetsResponse, 5, {
    replicaId: -1,
    isolationLevel: 0,
    topics: [{ name: 'restart', partitions: asked }],
  });
  const seconds = (performance.now() - startedMs) / 1000;
  const expected = Math.ceil(totalBytes / batch.length / partitions) * 512;
  for (const { errorCode, offset } of topics[0]?.partitions ?? []) {
    if (errorCode !== 0 || offset !== expected) throw new Error(`${errorCode}, ends at ${offset}`);
  }
  wire.close();
  await kill(child, 'SIGKILL');
  return seconds;
}

for (const partitions of tiny ? [1, 20] : [1, 200]) {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-benchmark-'));
  const [port = 0] = await freePorts(1);
  const { child, wire } = await start(port, folder);
  await createTopic(wire, 'restart', partitions);
  await fill(wire, partitions);
  wire.close();
  await kill(child, 'SIGKILL');
  const first = await restart(port, folder, partitions);
  const second = await restart(port, folder, partitions);
  console.log(
    `restart: ${(totalBytes / 2 ** 30).toFixed(2)} GiB in ${partitions} partitions, killed while writing: ` +
      `every partition answers after ${first.toFixed(2)} s, killed again: ${second.toFixed(2)} s (goal 1)`,
  );
  rmSync(folder, { recursive: true, force: true });
}

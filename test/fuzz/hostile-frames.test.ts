/**
 * Goal: no bytes that a client can send stop the broker, make its memory grow or reach another connection.
 * Method: for every API that is served, in every version, requests that Apache's own classes wrote (the golden
 * messages) are sent with the header in front: cut at every byte, with a number put over every place where a
 * length could stand (-1, 0, the largest; as int16, int32 and varint), and with random bits flipped. Whenever
 * the broker closes the connection, a new one is opened. A second connection asks for ApiVersions all along.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { servedApis } from '../../src/apis/index.ts';
import { encodeRequestFrame } from '../../src/protocol/header.ts';
import { apiVersionsRequest } from '../../src/protocol/messages/api-versions.ts';
import { findCoordinatorRequest } from '../../src/protocol/messages/find-coordinator.ts';
import { requestHeaderVersion } from '../../src/protocol/api-keys.ts';
import { must } from '../../src/util/assert.ts';
import { concatenated, writeInt16, writeInt32 } from '../../src/util/bytes.ts';
import { silentLogger } from '../../src/util/logger.ts';
import {
  startLooplessBroker,
  turns,
  type FakeConnection,
  type LooplessBroker,
} from '../broker/loopless-broker.ts';

const seed = Number(process.env['ODRADEK_SEED'] ?? 20_261_123);
const bodyBytesMax = 160;
const flipsPerRequest = 60;
const residentGrowthMaxMib = 300;

/** By message name and version: the longest golden body that is not too long to be cut everywhere. */
const bodies = new Map<string, Uint8Array>();
const golden = readFileSync(new URL('../golden/messages.jsonl', import.meta.url), 'utf8');
for (const line of golden.split('\n')) {
  if (line === '' || !line.includes('Request"')) continue;
  const { message, version, hex } = JSON.parse(line) as Record<string, string>;
  const body = Buffer.from(hex ?? '', 'hex');
  const key = `${message} ${version}`;
  if (body.length <= bodyBytesMax && body.length > (bodies.get(key)?.length ?? -1)) {
    bodies.set(key, body);
  }
}

/** A small generator that the seed decides (mulberry32). */
function numbers(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

function framed(content: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + content.length);
  writeInt32(frame, 0, content.length);
  frame.set(content, 4);
  return frame;
}

/** Header and body of a request. */
function request(key: number, version: number, body: Uint8Array): Uint8Array {
  const flexible = requestHeaderVersion(key, version) === 2;
  const header = new Uint8Array(flexible ? 13 : 12);
  writeInt16(header, 0, key);
  writeInt16(header, 2, version);
  writeInt32(header, 4, 7);
  writeInt16(header, 8, 2);
  header.set([0x6d, 0x65], 10);
  return concatenated([header, body]);
}

function* hostileVariants(valid: Uint8Array, draw: () => number): Generator<Uint8Array> {
  yield valid;
  for (let length = 0; length < valid.length; length++) yield valid.slice(0, length);
  const overwrite = (at: number, bytes: readonly number[]): Uint8Array => {
    const variant = valid.slice();
    variant.set(bytes.slice(0, variant.length - at), at);
    return variant;
  };
  for (let at = 8; at < valid.length; at++) {
    yield overwrite(at, [0xff, 0xff, 0xff, 0xff]);
    yield overwrite(at, [0, 0, 0, 0]);
    yield overwrite(at, [0x7f, 0xff, 0xff, 0xff]);
    yield overwrite(at, [0x7f, 0xff]);
    yield overwrite(at, [0xff, 0xff, 0xff, 0xff, 0x0f]);
    yield overwrite(at, [0]);
  }
  for (let i = 0; i < flipsPerRequest; i++) {
    const variant = valid.slice();
    for (let flips = 1 + (draw() % 8); flips > 0; flips--) {
      const at = draw() % variant.length;
      variant[at] = (variant[at] as number) ^ (1 << (draw() % 8));
    }
    yield variant;
  }
}

let running: LooplessBroker;
let steady: FakeConnection;
const askVersions = concatenated(
  encodeRequestFrame(apiVersionsRequest, 0, { correlationId: 1, clientId: 'steady' }, {}),
);
const findCoordinator = concatenated(
  encodeRequestFrame(
    findCoordinatorRequest,
    4,
    { correlationId: 0, clientId: 'steady' },
    { keyType: 0, coordinatorKeys: ['readers'] },
  ),
);

before(async () => {
  running = await startLooplessBroker(
    { 'odradek.partitions.per.request.max': 5, 'log.retention.check.interval.ms': 3_600_000 },
    silentLogger,
  );
  steady = running.connect();
  steady.receive(new Uint8Array(findCoordinator));
  for (let tries = 0; steady.written.length === 0; tries++) {
    assert.ok(tries < 1000, 'requests to groups reach a coordinator');
    await turns();
  }
});

after(async () => {
  await running.broker.stop();
});

async function answersSteadily(): Promise<void> {
  const before = steady.written.length;
  steady.receive(new Uint8Array(askVersions));
  await turns();
  assert.ok(steady.written.length > before, 'the other connection gets its answer');
  assert.equal(steady.isClosed, false);
}

for (const { key, name, request: schema, minVersion, maxVersion } of servedApis) {
  test(`${name}: hostile frames of every version leave the broker and its other connections as they were (seed ${seed})`, async () => {
    const draw = numbers(seed + key);
    const residentBefore = process.memoryUsage().rss;
    let sent = 0;
    for (let version = minVersion; version <= maxVersion; version++) {
      const body = must(bodies.get(`${schema.name} ${version}`), `a golden request v${version}`);
      let connection = running.connect();
      for (const variant of hostileVariants(request(key, version, body), draw)) {
        if (connection.isClosed || connection.isPaused) {
          connection.close();
          connection = running.connect();
        }
        connection.receive(framed(variant));
        sent++;
        if (sent % 64 === 0) await turns(1);
      }
      connection.close();
      await turns(1);
    }
    await answersSteadily();
    const grownMib = (process.memoryUsage().rss - residentBefore) / 2 ** 20;
    assert.ok(grownMib < residentGrowthMaxMib, `memory grew by ${grownMib.toFixed(0)} MiB`);
  });
}

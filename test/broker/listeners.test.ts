import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metadataRequest, metadataResponse } from '../../src/protocol/messages/metadata.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { createClient } from '../../src/client/client.ts';
import { createBroker, type Logger } from '../../src/index.ts';
import { must } from '../../src/util/assert.ts';
import { encodeRequestFrame, readResponseHeader } from '../../src/protocol/header.ts';
import { ByteReader } from '../../src/protocol/byte-reader.ts';
import { decodeMessage } from '../../src/protocol/codec.ts';
import { concatenated } from '../../src/util/bytes.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { startLooplessBroker, turns } from './loopless-broker.ts';

test('with several listeners, a client is told the addresses of the one that it came by', async () => {
  const broker = await createBroker({
    config: {
      listeners: 'OUTSIDE://127.0.0.1:0,INSIDE://127.0.0.1:0',
      'listener.security.protocol.map': 'OUTSIDE:PLAINTEXT,INSIDE:PLAINTEXT',
      'inter.broker.listener.name': 'INSIDE',
      'advertised.listeners': 'OUTSIDE://127.0.0.1:0,INSIDE://localhost:0',
    },
  });
  try {
    const [outside, inside] = broker.bootstrapServers.split(',');
    assert.match(must(outside), /^127\.0\.0\.1:\d+$/);
    assert.match(must(inside), /^localhost:\d+$/);
    const runtime = createNodeRuntime({ unref: false });
    for (const address of [must(outside), must(inside)]) {
      const client = createClient({ bootstrapServers: address }, runtime);
      const { brokers } = await client.admin.describeCluster();
      assert.deepEqual(
        brokers.map(({ host, port }) => `${host}:${port}`),
        [address],
      );
      client.close();
    }
  } finally {
    await broker.stop();
  }
});

test('advertised.listeners is what clients are told, whatever is bound', async () => {
  const { broker, connect } = await startLooplessBroker(
    {
      listeners: 'PLAINTEXT://127.0.0.1:9092',
      'advertised.listeners': 'PLAINTEXT://kafka.example:443',
    },
    silentLogger,
  );
  const connection = connect();
  const header = { correlationId: 1, clientId: null };
  connection.receive(concatenated(encodeRequestFrame(metadataRequest, 9, header, { topics: [] })));
  await turns();
  const reader = new ByteReader([concatenated(connection.written).subarray(4)]);
  readResponseHeader(metadataRequest.apiKey, 9, reader);
  const { brokers } = decodeMessage(metadataResponse, 9, reader);
  assert.deepEqual(
    brokers.map(({ nodeId, host, port }) => [nodeId, host, port]),
    [[1, 'kafka.example', 443]],
  );
  await broker.stop();
});

test('a listener beyond loopback is warned of, one on loopback is not', async () => {
  for (const [host, warned] of [
    ['0.0.0.0', true],
    ['', true],
    ['192.0.2.7', true],
    ['127.0.0.1', false],
    ['localhost', false],
  ] as const) {
    const warnings: string[] = [];
    const logger: Logger = { ...silentLogger, warn: (event) => void warnings.push(event) };
    const { broker } = await startLooplessBroker({ listeners: `PLAINTEXT://${host}:9092` }, logger);
    const about = warnings.filter((event) => event.includes('anybody who reaches it'));
    assert.equal(about.length, warned ? 1 : 0, host);
    await broker.stop();
  }
});

/**
 * Goal: records go out as JSON lines and come back exactly; nothing is cut without being said.
 * Method: a broker in memory, topics with all that records may hold, and the API over real HTTP.
 */
import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import type { ImportResult } from '../../src/admin/contract/messages.ts';
import type { Problem } from '../../src/admin/contract/session.ts';
import type { ConsumedRecord } from '../../src/client/client-records.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import { type Broker, createBroker } from '../../src/index.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { call, type HttpAnswer } from './http-client.ts';

const values: readonly (Uint8Array | null)[] = [
  Buffer.from('text'),
  null,
  Buffer.from([0xff, 0x00]),
  Buffer.from('{"n":12345678901234567890}'),
  Buffer.from('\u2028 </script>\n'),
  Buffer.alloc(0),
];

let broker: Broker;
let client: Client;
let url: string;

before(async () => {
  const config = {
    'odradek.http.body.max.bytes': 4096,
    'odradek.http.import.max.bytes': 100_000,
    'odradek.http.body.timeout.ms': 500,
    'odradek.http.imports.max': 1,
  };
  broker = await createBroker({ storage: 'memory', console: { port: 0 }, config });
  url = broker.consoleUrl ?? '';
  client = createClient({ bootstrapServers: broker.bootstrapServers }, createNodeRuntime());
  await client.admin.createTopic({ name: 'source', partitions: 2 });
  const producer = client.producer();
  for (const [index, value] of values.entries()) {
    const headers = [
      { key: 'h', value: null },
      { key: 'h', value: Buffer.from([0xff]) },
    ];
    producer.enqueue({
      topic: 'source',
      partition: index % 2,
      key: index === 0 ? null : Buffer.from(`key ${index}`),
      value,
      headers: index === 1 ? headers : [],
      timestampMs: 1000 + index,
    });
  }
  await producer.close();
});

after(async () => {
  client.close();
  await broker.stop();
});

let topics = 0;

/** A topic of its own with `partitions`. */
async function newTopic(partitions: number): Promise<string> {
  const name = `topic-${topics++}`;
  await client.admin.createTopic({ name, partitions });
  return name;
}

function sendLines(topic: string, body: string | Uint8Array, query = ''): Promise<HttpAnswer> {
  const headers = { 'odradek-console': '1', 'content-type': 'application/x-ndjson' };
  return call(url, `/api/topics/${topic}/import${query}`, { method: 'POST', headers, body });
}

async function imported(
  topic: string,
  body: string | Uint8Array,
  query = '',
): Promise<ImportResult> {
  const answer = await sendLines(topic, body, query);
  strictEqual(answer.status, 200, answer.text);
  return JSON.parse(answer.text) as ImportResult;
}

async function recordsOf(topic: string): Promise<readonly ConsumedRecord[]> {
  const { partitions } = await client.cluster.topic(topic);
  const ranges = partitions.map(({ partition }) => ({
    topic,
    partition,
    from: { at: 'beginning' } as const,
    until: { at: 'end' } as const,
  }));
  const records: ConsumedRecord[] = [];
  for await (const batch of (await client.consumer({ ranges })).records()) records.push(...batch);
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** Which records are exported, as `PARTITION:OFFSET`. */
async function places(query: string): Promise<readonly string[]> {
  const answer = await call(url, `/api/topics/source/export${query}`);
  strictEqual(answer.status, 200, answer.text);
  const lines = answer.text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const { partition, offset } = JSON.parse(line) as ConsumedRecord;
    return `${partition}:${offset}`;
  });
}

/** A connection that has sent `text`, and all that comes back until it ends. */
function conversation(text: string): { socket: Socket; ended: Promise<string> } {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const ended = new Promise<string>((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
  socket.write(text);
  return { socket, ended };
}

test('what is exported is imported exactly, whatever records hold', async () => {
  const answer = await call(url, '/api/topics/source/export');
  strictEqual(answer.headers['content-type'], 'application/x-ndjson; charset=utf-8');
  strictEqual(answer.headers['content-disposition'], 'attachment; filename="source.jsonl"');
  strictEqual(answer.headers['x-content-type-options'], 'nosniff');
  const copy = await newTopic(2);
  deepStrictEqual(await imported(copy, answer.body), { written: values.length, problems: [] });
  const held = async (topic: string): Promise<unknown> =>
    (await recordsOf(topic)).map((record) => ({ ...record, topic: '' }));
  deepStrictEqual(await held(copy), await held('source'));
});

test('an export is ordered by time over its partitions, or goes by one after the other', async () => {
  deepStrictEqual(await places(''), ['0:0', '1:0', '0:1', '1:1', '0:2', '1:2']);
  deepStrictEqual(await places('?order=partition'), ['0:0', '0:1', '0:2', '1:0', '1:1', '1:2']);
});

test('an export has the part that is asked for', async () => {
  deepStrictEqual(await places('?partition=1&from=offset:1'), ['1:1', '1:2']);
  deepStrictEqual(await places('?order=partition&from=last:1'), ['0:2', '1:2']);
  deepStrictEqual(await places('?order=partition&until=offset:1'), ['0:0', '1:0']);
  deepStrictEqual(await places('?order=partition&from=0:1,1:2'), ['0:1', '0:2', '1:2']);
  deepStrictEqual(await places('?order=partition&limit=4'), ['0:0', '0:1', '0:2', '1:0']);
  deepStrictEqual(await places("?where=key=='key%203'"), ['1:1']);
  deepStrictEqual(await places('?from=end'), []);
});

test('a query that makes no sense is refused before a file is begun', async () => {
  const refused: readonly (readonly [string, number, string | undefined])[] = [
    ['/api/topics/nowhere/export', 404, undefined],
    ['/api/topics/source/export?order=newest', 400, 'order'],
    ['/api/topics/source/export?from=soon', 400, 'from'],
    ['/api/topics/source/export?partition=2', 400, 'partition'],
    ['/api/topics/source/export?limit=0', 400, 'limit'],
  ];
  for (const [path, status, field] of refused) {
    const answer = await call(url, path);
    strictEqual(answer.status, status, path);
    strictEqual((JSON.parse(answer.text) as Problem).error.field, field);
    strictEqual(answer.headers['content-disposition'], undefined);
  }
});

test('an export that fails on its way is no whole answer', async () => {
  const topic = await newTopic(1);
  const producer = client.producer();
  const value = Buffer.alloc(100_000);
  for (let n = 0; n < 300; n++) producer.enqueue({ topic, partition: 0, value });
  await producer.close();
  const { socket, ended } = conversation(
    `GET /api/topics/${topic}/export HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`,
  );
  // It waits for its reader while its topic goes.
  await new Promise<void>((resolve) => {
    socket.once('data', () => resolve());
  });
  socket.pause();
  await client.admin.deleteTopic(topic);
  socket.resume();
  const text = await ended;
  match(text, /^HTTP\/1.1 200/);
  ok(text.length < 300 * 100_000);
  ok(!text.endsWith('0\r\n\r\n'), 'the last chunk of a whole answer is missing');
});

test('the lines before the first bad one are written, and what is wrong is said by line', async () => {
  const topic = await newTopic(2);
  const lines = [
    '\ufeff{"value":"a","partition":0}',
    '',
    '{"value":"b","topic":"elsewhere","offset":99,"partition":1}',
    'nonsense',
    '{"value":"never"}',
    '{"key":"k"}',
    '{"value":"c","partition":2}',
  ];
  const { written, problems } = await imported(topic, `${lines.join('\n')}\n`);
  strictEqual(written, 2);
  deepStrictEqual(
    problems.map(({ line }) => line),
    [4, 6, 7],
  );
  match(problems[0]?.message ?? '', /^not JSON/);
  match(problems[1]?.message ?? '', /^no value; expected/);
  match(problems[2]?.message ?? '', /no partition 2; expected .+repartition=true/);
  deepStrictEqual(
    (await recordsOf(topic)).map(({ partition, value }) => [
      partition,
      Buffer.from(value ?? []).toString(),
    ]),
    [
      [0, 'a'],
      [1, 'b'],
    ],
  );
});

test('bytes that are no text are refused by line, and are not replaced', async () => {
  const topic = await newTopic(1);
  const parts = [Buffer.from('{"value":"a"}\n{"value":"'), Buffer.from([0xff]), Buffer.from('"}')];
  const { written, problems } = await imported(topic, Buffer.concat(parts));
  deepStrictEqual([written, problems[0]?.line], [1, 2]);
  match(problems[0]?.message ?? '', /^no text in UTF-8/);
});

test('with repartition the partitions of the lines are not heeded', async () => {
  const topic = await newTopic(1);
  const result = await imported(topic, '{"value":"a","partition":7}', '?repartition=true');
  deepStrictEqual(result, { written: 1, problems: [] });
});

test('no more than a hundred problems are told, those of the first lines', async () => {
  const topic = await newTopic(1);
  const { written, problems } = await imported(topic, 'x\n'.repeat(300));
  deepStrictEqual([written, problems.length, problems.at(-1)?.line], [0, 100, 100]);
});

test('a record that the broker refuses is told by its line', async () => {
  const topic = await newTopic(1);
  const change = { name: 'max.message.bytes', operation: 'set', value: '500' } as const;
  const resource = { type: 'topic', name: topic } as const;
  await client.admin.incrementalAlterConfigs([{ resource, changes: [change] }]);
  const { written, problems } = await imported(topic, `\n{"value":"${'x'.repeat(1000)}"}`);
  deepStrictEqual([written, problems.length, problems[0]?.line], [0, 1, 2]);
  match(problems[0]?.message ?? '', /MESSAGE_TOO_LARGE/);
});

test('a line without an end is refused before it fills the memory', async () => {
  const topic = await newTopic(1);
  const body = `{"value":"a"}\n{"value":"${'x'.repeat(90_000)}`;
  const { written, problems } = await imported(topic, body);
  deepStrictEqual([written, problems[0]?.line], [1, 2]);
  match(problems[0]?.message ?? '', /at most 4096 bytes/);
});

test('an import that announces too much is refused, and nothing of it is written', async () => {
  const topic = await newTopic(1);
  const answer = await sendLines(topic, '{"value":"a"}\n'.repeat(10_000));
  strictEqual(answer.status, 413);
  deepStrictEqual(await recordsOf(topic), []);
});

/** How the request of an import begins, up to its body. */
function importHead(topic: string, headers: readonly string[]): string {
  const head = [
    `POST /api/topics/${topic}/import HTTP/1.1`,
    'host: 127.0.0.1',
    'odradek-console: 1',
    'content-type: application/x-ndjson',
    ...headers,
  ];
  return `${head.join('\r\n')}\r\n\r\n`;
}

test('an import that turns out too large says how much of it was written', async () => {
  const topic = await newTopic(1);
  const head = importHead(topic, ['transfer-encoding: chunked', 'connection: close']);
  const piece = '{"value":"a"}\n'.repeat(1000);
  const chunk = `${piece.length.toString(16)}\r\n${piece}\r\n`;
  const { ended } = conversation(`${head}${chunk.repeat(10)}0\r\n\r\n`);
  const text = await ended;
  match(text, /^HTTP\/1.1 413/);
  const written = Number(/ (\d+) records were written before/.exec(text)?.[1]);
  ok(written > 0);
  strictEqual((await recordsOf(topic)).length, written);
});

test('an import that stands still is ended, and says how much of it was written', async () => {
  const topic = await newTopic(1);
  const head = importHead(topic, ['content-length: 1000']);
  const lines = '{"value":"a"}\n{"value":"b"}\n{"val';
  const { ended } = conversation(`${head}${lines}`);
  const text = await ended;
  match(text, /^HTTP\/1.1 408/);
  match(text, /2 records were written before, of 2 lines/);
  strictEqual((await recordsOf(topic)).length, 2);
});

test('an import that comes a byte at a time is ended too', async () => {
  const topic = await newTopic(1);
  const head = importHead(topic, ['content-length: 100000']);
  const { socket, ended } = conversation(head);
  // Each comes well within the time that a body may stand still.
  const trickle = setInterval(() => socket.write(' '), 20);
  const text = await ended.finally(() => clearInterval(trickle));
  match(text, /^HTTP\/1.1 408/);
});

test('as many imports as there may be are under way, and the next is told to wait', async () => {
  const topic = await newTopic(1);
  const head = importHead(topic, ['expect: 100-continue', 'content-length: 1000']);
  const { socket, ended } = conversation(head);
  await new Promise<void>((resolve) => {
    socket.once('data', () => resolve());
  });
  const busy = await sendLines(topic, '{"value":"c"}');
  strictEqual(busy.status, 503);
  match(busy.text, /odradek\.http\.imports\.max/);
  await ended;
  deepStrictEqual(await imported(topic, '{"value":"c"}'), { written: 1, problems: [] });
});

test('an import of anything but JSON lines is refused, and so is one without the header', async () => {
  for (const [headers, status] of [
    [{ 'odradek-console': '1', 'content-type': 'text/plain' }, 415],
    [{ 'content-type': 'application/x-ndjson' }, 403],
  ] as const) {
    const path = '/api/topics/source/import';
    const answer = await call(url, path, { method: 'POST', headers, body: '{}' });
    strictEqual(answer.status, status);
  }
  strictEqual((await sendLines('nowhere', '{"value":"a"}')).status, 404);
  strictEqual((await sendLines('source', '{"value":"a"}', '?repartition=1')).status, 400);
});

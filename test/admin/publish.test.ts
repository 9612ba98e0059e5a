import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { adminBroker, text } from './admin-broker.ts';
import { call, type HttpAnswer, raw } from './http-client.ts';

function publish(
  url: string,
  path: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  return call(url, path, { method: 'POST', headers, body });
}

const asJson = { 'content-type': 'application/json' };
const asLines = { 'content-type': 'application/x-ndjson' };

test('a raw body is the value, with key, headers, partition and time beside it', async (context) => {
  const { broker, url } = await adminBroker(context, { topics: { readings: 3 } });
  const bytes = Buffer.from([0xff, 0, 10, 13]);
  const answer = await publish(url, '/topics/readings', bytes, {
    'odradek-key': Buffer.from('Zürich').toString('latin1'),
    'odradek-header-unit': '°C'.length === 2 ? Buffer.from('°C').toString('latin1') : '',
    'odradek-partition': '2',
    'odradek-timestamp': '1700000000000',
  });
  deepStrictEqual(
    [answer.status, answer.text],
    [200, '{"topic":"readings","partition":2,"offset":0,"timestamp":1700000000000}'],
  );
  const [record] = await broker.records('readings');
  deepStrictEqual(record?.value, bytes);
  strictEqual(text(record.key), 'Zürich');
  deepStrictEqual(
    record.headers.map(({ key, value }) => [key, text(value)]),
    [['unit', '°C']],
  );
  const parameters = 'key=a%26b&header.Trace=1%2F2&partition=1';
  strictEqual((await publish(url, `/topics/readings?${parameters}`, '')).status, 200);
  const [second] = await broker.records('readings', { partition: 1 });
  deepStrictEqual(
    [text(second?.key ?? null), text(second?.value ?? null), second?.headers[0]?.key],
    ['a&b', '', 'Trace'],
  );
});

test('JSON is one record, whose value may be any JSON, digit for digit', async (context) => {
  const { broker, url } = await adminBroker(context);
  for (const [value, written] of [
    ['{"id":12345678901234567890,"t":20.50}', '{"id":12345678901234567890,"t":20.50}'],
    ['"text"', 'text'],
    ['null', null],
    ['[1,2]', '[1,2]'],
    ['1e400', '1e400'],
    ['true', 'true'],
    ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
    ['"<script>alert(1)</script>"', '<script>alert(1)</script>'],
  ] as const) {
    const body = `{"key": 7, "value": ${value}, "headers": {"h": "x"}}`;
    const answer = await publish(url, '/topics/made', body, asJson);
    strictEqual(answer.status, 200, answer.text);
    match(String(answer.headers['content-type']), /^application\/json/);
    const records = await broker.records('made');
    strictEqual(text(records.at(-1)?.value ?? null), written);
    strictEqual(text(records.at(-1)?.key ?? null), '7');
    strictEqual(text(records.at(-1)?.headers[0]?.value ?? null), 'x');
  }
});

test('a body in chunks of one byte is the same body', async (context) => {
  const { broker, url } = await adminBroker(context, { topics: { orders: 1 } });
  const value = 'abcdefghij'.repeat(2000);
  const chunks = Array.from(value, (letter) => `1\r\n${letter}\r\n`).join('');
  const head = 'POST /topics/orders HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n';
  match(
    await raw(url, `${head}transfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`),
    /^HTTP\/1.1 200/,
  );
  strictEqual(text((await broker.records('orders'))[0]?.value ?? null), value);
});

test('a value of a million digits is written as it is, though it stands among blanks', async (context) => {
  const { broker, url } = await adminBroker(context, { topics: { orders: 1 } });
  const numbers = '12345678901234567890,\n 0.10,\t1e400,'.repeat(20_000);
  const body = `{ "value" : [ ${numbers} "a  b" ] }`;
  strictEqual((await publish(url, '/topics/orders', body, asJson)).status, 200);
  const [record] = await broker.records('orders');
  strictEqual(text(record?.value ?? null), `[${numbers.replaceAll(/\s/g, '')}"a  b"]`);
});

test('more records than a request may have are refused before they fill the memory', async (context) => {
  const { broker, url } = await adminBroker(context, { topics: { orders: 1 } });
  const array = `[${'{"value":1},'.repeat(10_000)}{"value":1}]`;
  strictEqual((await publish(url, '/topics/orders', array, asJson)).status, 413);
  const lines = '{"value":1}\n'.repeat(10_001);
  strictEqual((await publish(url, '/topics/orders', lines, asLines)).status, 413);
  const empty = await publish(url, '/topics/orders', '\n'.repeat(100_000), asLines);
  deepStrictEqual([empty.status, empty.text], [200, '{"topic":"orders","results":[]}']);
  deepStrictEqual(await broker.records('orders'), []);
});

test('an array and JSON lines are batches, answered one by one in their order', async (context) => {
  const { broker, url } = await adminBroker(context, { topics: { orders: 2 } });
  const batch = JSON.stringify([
    { value: 'a', partition: 1 },
    { valueBase64: '/w==', partition: 0 },
    { value: { n: 1 }, partition: 1 },
  ]);
  const answer = await publish(url, '/topics/orders?key=k', batch, asJson);
  const { results } = JSON.parse(answer.text) as {
    results: { partition: number; offset: number }[];
  };
  deepStrictEqual(
    results.map(({ partition, offset }) => [partition, offset]),
    [
      [1, 0],
      [0, 0],
      [1, 1],
    ],
  );
  const lines = '{"value":"x","partition":0}\n\n{"value":"y","partition":0,"key":"own"}\n';
  strictEqual((await publish(url, '/topics/orders?key=k', lines, asLines)).status, 200);
  const records = await broker.records('orders', { partition: 0 });
  deepStrictEqual(
    records.map(({ key, value }) => [text(key), value?.toString('latin1')]),
    [
      ['k', '\u00ff'],
      ['k', 'x'],
      ['own', 'y'],
    ],
  );
});

test('of a batch of which a part fails it is said of each record, and nothing is lost', async (context) => {
  const { broker, url } = await adminBroker(context, {
    topics: { small: { partitions: 1, config: { 'max.message.bytes': 200 } } },
  });
  const batch = JSON.stringify([
    { value: 'x'.repeat(500), partition: 0 },
    { value: 'y', partition: 4 },
  ]);
  const answer = await publish(url, '/topics/small', batch, asJson);
  strictEqual(answer.status, 413);
  const body = JSON.parse(answer.text) as { results: { error?: { code: string } }[] };
  strictEqual(body.results[0]?.error?.code, 'MESSAGE_TOO_LARGE');
  strictEqual(typeof body.results[1]?.error?.code, 'string');
  strictEqual((await publish(url, '/topics/small', 'fits')).status, 200);
  strictEqual((await broker.records('small')).length, 1);
});

test('a record that is none is refused with what would be one, and nothing is written', async (context) => {
  const { broker, url } = await adminBroker(context, { topics: { orders: 1 } });
  const nested = `{"value":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  for (const [body, headers, status] of [
    ['{"temperature": 20}', asJson, 400],
    ['20', asJson, 400],
    ['{"value":1', asJson, 400],
    ['{"value":1,"colour":"red"}', asJson, 400],
    ['{"value":1,"key":"a","keyBase64":"YQ=="}', asJson, 400],
    ['[{"value":1},7]', asJson, 400],
    [nested, asJson, 400],
    ['{"value":1}\nnope\n', asLines, 400],
    ['\u00ff', { ...asJson, 'content-encoding': 'gzip' }, 415],
    ['x', { 'odradek-partition': '-1' }, 400],
  ] as const) {
    const answer = await publish(url, '/topics/orders', body, headers);
    strictEqual(answer.status, status, body.slice(0, 50));
    match(String(answer.headers['content-type']), /^application\/json/);
  }
  const bad = Buffer.from([0x7b, 0xff]);
  strictEqual((await publish(url, '/topics/orders', bad, asJson)).status, 400);
  strictEqual((await publish(url, '/topics/orders?acks=2', 'x')).status, 400);
  strictEqual((await publish(url, '/topics/orders?partition=9', 'x')).status, 400);
  deepStrictEqual(await broker.records('orders'), []);
});

test('who asks for no acknowledgement is told no offset', async (context) => {
  const { url } = await adminBroker(context, { topics: { orders: 1 } });
  const { status, text: body } = await publish(url, '/topics/orders?acks=0', 'x');
  strictEqual(status, 200);
  match(body, /^\{"topic":"orders","partition":0,"offset":null,"timestamp":\d+\}$/);
  strictEqual((await publish(url, '/topics/orders?acks=1', 'x')).status, 200);
});

test('a topic is made as a producer would make it, or not', async (context) => {
  const { url } = await adminBroker(context);
  strictEqual((await publish(url, '/topics/new-one', 'x')).status, 200);
  for (const name of ['..', '%2e%2e', 'a%2Fb', '%00', 'a%20b', '%3Cscript%3E', 'x'.repeat(300)]) {
    const answer = await publish(url, `/topics/${name}`, 'x');
    strictEqual(answer.status, 400, name);
    strictEqual(answer.headers['x-content-type-options'], 'nosniff');
    match(String(answer.headers['content-type']), /^application\/json/);
  }
  const { url: strict } = await adminBroker(context, {
    config: { 'auto.create.topics.enable': false },
  });
  strictEqual((await publish(strict, '/topics/new-one', 'x')).status, 404);
});

test('a console that is read-only, and a sign-in, hold for publishing too', async (context) => {
  const { url } = await adminBroker(context, { console: { port: 0, readOnly: true } });
  strictEqual((await publish(url, '/topics/orders', 'x')).status, 403);
  const { url: closed } = await adminBroker(context, { config: { 'odradek.admin.token': 't' } });
  strictEqual((await publish(closed, '/topics/orders', 'x')).status, 401);
  const authorization = 'Bearer t';
  strictEqual((await publish(closed, '/topics/orders', 'x', { authorization })).status, 200);
  const { url: bare } = await adminBroker(context, { config: { 'odradek.console': 'off' } });
  strictEqual((await publish(bare, '/topics/orders', 'x')).status, 200);
  strictEqual((await call(bare, '/')).status, 404);
  strictEqual((await call(bare, '/api/session')).status, 404);
});

test('pages of origins that are allowed may publish, and do nothing else', async (context) => {
  const { url } = await adminBroker(context, {
    config: { 'odradek.http.allowed.origins': 'https://sensors.example' },
  });
  const origin = 'https://sensors.example';
  const preflight = await call(url, '/topics/orders', {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type, odradek-key, odradek-console, cookie',
    },
  });
  deepStrictEqual(
    [
      preflight.status,
      preflight.headers['access-control-allow-origin'],
      preflight.headers['access-control-allow-headers'],
      preflight.headers['access-control-allow-credentials'],
    ],
    [204, origin, 'content-type, odradek-key', undefined],
  );
  const answer = await publish(url, '/topics/orders', 'x', { origin });
  deepStrictEqual([answer.status, answer.headers['access-control-allow-origin']], [200, origin]);
  const other = await publish(url, '/topics/orders', 'x', { origin: 'https://other.example' });
  deepStrictEqual([other.status, other.headers['access-control-allow-origin']], [403, undefined]);
  strictEqual((await call(url, '/api/session', { headers: { origin } })).status, 403);
  const ask = { origin, 'access-control-request-method': 'GET' };
  strictEqual((await call(url, '/api/session', { method: 'OPTIONS', headers: ask })).status, 403);
});

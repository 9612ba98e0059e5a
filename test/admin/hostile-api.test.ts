/**
 * Goal: whatever stands in a path, a query or a body, every route refuses it in JSON or answers it; none of it is a
 * defect, and the broker goes on.
 * Method: each route of the table with hostile words in its places, hostile parameters and hostile bodies, at a broker
 * whose log of errors must stay empty.
 */
import { deepStrictEqual, match, ok } from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, test } from 'node:test';
import type { Route } from '../../src/admin/http/route.ts';
import { routes } from '../../src/admin/routes/table.ts';
import { type Broker, createBroker } from '../../src/index.ts';
import { call } from './http-client.ts';

const words = [
  'orders',
  '',
  '.',
  '..',
  '%2e%2e%2fetc',
  '%00',
  '%0d%0aset-cookie:a=1',
  '%ff',
  '%',
  '__proto__',
  'constructor',
  '%3Cscript%3Ealert(1)%3C%2Fscript%3E',
  '%F0%9F%A6%8A',
  '-1',
  '9007199254740993',
  '1e3',
  'x'.repeat(3000),
];

const queries = [
  '',
  '?limit=-1&offset=1e9&order=up&sort=__proto__&query=%00&state=%ff',
  '?limit=0&partition=99999999999&from=offset:-1&until=last:99999999999999999999&before=a:b',
  '?order=offset&from=0:0,0:1,4294967296:1&where=%27&isolation=none&follow=maybe',
  '?where=key.matches(%22(a*)*b%22)&of=topic:%00&fromMs=-1&toMs=9e99&topics=,,,&groups=%00',
  `?query=${'*a'.repeat(140)}b&partition=0&partition=0&limit=10000&repartition=2&acks=-2`,
];

const bodies = [
  '',
  '{',
  'null',
  '[]',
  '7',
  '"text"',
  '\u0000',
  '{"__proto__":{"topic":"orders"},"constructor":1}',
  `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  '{"name":"../x","partitions":1e9,"replicationFactor":-7,"configs":{"a":{}},"dryRun":"no"}',
  '{"name":"<script>","partitions":1.5,"configs":[1]}',
  '{"topic":"orders","to":"end","partitions":[-1,"0",null]}',
  '{"topic":{"a":1},"to":["end"]}',
  '{"set":{"__proto__":"1","retention.ms":7}}',
  '{"set":{"retention.ms":"9".repeat}}',
  '{"set":{"retention.ms":"99999999999999999999999"},"dryRun":true}',
  '{"records":[{"value":"\\ud800"},{"partition":1e300},{"headers":{"a":[]}}]}',
  '{"records":[{"partition":-1,"offset":0}],"to":"nowhere"}',
  '{"records":{},"to":7}',
  '{"before":[{"partition":0,"offset":9007199254740993}]}',
  '{"before":[null]}',
  '{"count":0}',
  '{"count":1e9,"dryRun":true}',
  '{"alsoDeletes":"orders"}',
  '{"filter":["a"]}',
  '{"filter":"((((((((((("}',
  '{"password":{"a":1}}',
];

let broker: Broker;
let url: string;
const errors: string[] = [];

before(async () => {
  const silent = (): void => {};
  const error = (event: string, details?: object): void => {
    errors.push(`${event} ${JSON.stringify(details)}`);
  };
  broker = await createBroker({
    storage: 'memory',
    console: { port: 0 },
    topics: { orders: 2 },
    logger: { debug: silent, info: silent, warn: silent, error },
  });
  url = broker.consoleUrl ?? '';
  await call(url, '/topics/orders', { method: 'POST', body: 'a' });
});

after(() => broker.stop());

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** As much of an answer as there is at once: some have no end. */
function begun(method: string, path: string, body: string | undefined): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const headers = { 'odradek-console': '1', 'content-type': 'application/json', ...length };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: hostname, port, path, method, headers, agent: false });
    request.on('error', reject);
    request.on('response', (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      const type = String(answered['content-type'] ?? '');
      let text = '';
      const end = (): void => {
        resolve({ status, type, text });
        request.destroy();
      };
      request.off('error', reject).on('error', () => {});
      response.on('error', () => {});
      response.on('data', (chunk) => {
        text += String(chunk);
        if (type.startsWith('text/event-stream')) end();
      });
      response.on('end', end);
    });
    request.end(body);
  });
}

/** What is wrong with how a request was answered; undefined where all is well. */
async function wrong(method: string, path: string, body?: string): Promise<string | undefined> {
  const { status, type, text } = await begun(method, path, body);
  const about = `${method} ${path.slice(0, 100)} ${body?.slice(0, 60) ?? ''}: ${status} ${text.slice(0, 200)}`;
  if (status >= 500 && status !== 503) return about;
  if (status >= 400)
    return type.startsWith('application/json') && text.includes('"error"') ? undefined : about;
  return type.startsWith('text/html') ? about : undefined;
}

function pathsOf({ path }: Route): readonly string[] {
  const pattern = path.split('/');
  if (!path.includes(':')) return [path];
  return words.map((word) => pattern.map((part) => (part.startsWith(':') ? word : part)).join('/'));
}

// What deletes comes last, so that the others find something.
const inOrder = routes.toSorted(
  (a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'),
);

for (const route of inOrder) {
  test(`${route.method} ${route.path} takes whatever it is sent`, async () => {
    const problems: (string | undefined)[] = [];
    const isRead = route.method === 'GET';
    for (const path of pathsOf(route)) {
      if (!isRead) problems.push(await wrong(route.method, path, '{}'));
      for (const query of isRead ? queries : []) {
        problems.push(await wrong(route.method, path + query));
      }
    }
    const path = route.path.replaceAll(/:[a-z]+/g, 'orders');
    for (const body of isRead ? [] : bodies) {
      problems.push(await wrong(route.method, path, body));
      if (route.path === '/topics/:name')
        problems.push(await wrong('POST', `${path}${queries[2]}`, body));
    }
    deepStrictEqual(
      problems.filter((problem) => problem !== undefined),
      [],
    );
    deepStrictEqual(errors, []);
  });
}

test('after all of that the broker is as well as before', async () => {
  const { status, text } = await call(url, '/ready');
  deepStrictEqual([status, text], [200, '{"ready":true,"reasons":[]}']);
  match((await call(url, '/topics/kept', { method: 'POST', body: 'b' })).text, /"offset":0/);
  ok((await broker.records('kept')).length === 1);
});

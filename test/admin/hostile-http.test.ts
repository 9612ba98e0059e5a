import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import type { BrokerOptions } from '../../src/index.ts';
import { adminBroker, text } from './admin-broker.ts';
import { api, call, raw } from './http-client.ts';

async function consoleOf(context: TestContext, options: BrokerOptions = {}): Promise<string> {
  return (await adminBroker(context, options)).url;
}

/** Asks on a connection that is closed after the answer; `lines` are those of the request. */
function ask(url: string, ...lines: readonly string[]): Promise<string> {
  return raw(url, [...lines, 'connection: close', '', ''].join('\r\n'));
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

test('a request for a host that is not ours is refused, whatever else it is', async (context) => {
  const url = await consoleOf(context, { config: { 'odradek.admin.hosts': 'console.example' } });
  const { port } = new URL(url);
  for (const host of [
    'localhost',
    `localhost:${port}`,
    `127.0.0.1:${port}`,
    'console.example:80',
    '[::1]:1',
    'LOCALHOST',
  ]) {
    strictEqual(statusOf(await ask(url, 'GET /health HTTP/1.1', `host: ${host}`)), 200, host);
  }
  for (const host of [
    'attacker.example',
    `attacker.example:${port}`,
    '127.0.0.1.attacker.example',
    'localhost.attacker.example',
    '192.168.0.7',
    '127.0.0.1@attacker.example',
    'a b',
  ]) {
    const answer = await ask(url, 'GET /api/session HTTP/1.1', `host: ${host}`);
    strictEqual(statusOf(answer), 421, host);
  }
  const twice = ['GET /health HTTP/1.1', `host: 127.0.0.1:${port}`, 'host: attacker.example'];
  strictEqual([400, 421].includes(statusOf(await ask(url, ...twice))), true);
  strictEqual(statusOf(await ask(url, 'GET /health HTTP/1.1')), 400, 'no host at all');
});

test('a page of another origin can neither change nor read anything', async (context) => {
  const url = await consoleOf(context);
  const { host } = new URL(url);
  const signOut = { method: 'DELETE', headers: { 'odradek-console': '1' } };
  strictEqual((await call(url, '/api/session', signOut)).status, 204);
  strictEqual((await call(url, '/api/session', { method: 'DELETE' })).status, 403);
  for (const headers of [
    { origin: 'http://attacker.example' },
    { origin: 'null' },
    { origin: `http://localhost:1` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]) {
    const all = { ...signOut.headers, ...headers };
    strictEqual((await call(url, '/api/session', { method: 'DELETE', headers: all })).status, 403);
    const read = await call(url, '/api/session', { headers });
    strictEqual(read.status, 403);
    strictEqual(read.headers['access-control-allow-origin'], undefined);
    const preflight = await call(url, '/api/session', {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'DELETE' },
    });
    strictEqual(preflight.status, 403);
  }
  const own = { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
  strictEqual((await api(url, 'DELETE', '/api/session', undefined, own)).status, 204);
  const followed = {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  };
  strictEqual((await call(url, '/', { headers: followed })).status === 403, false);
});

test('paths are looked up, never followed', async (context) => {
  const url = await consoleOf(context);
  for (const path of [
    '/../../etc/passwd',
    '/assets/../../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
    '/..%5c..%5cetc%5cpasswd',
    '//etc/passwd',
    '/./index.html',
    '/index.html%00.js',
    '/api',
    '/api/',
    '/api//session',
    '/API/session',
    '/api/session/',
    '/__proto__',
    '/constructor',
  ]) {
    strictEqual((await call(url, path)).status, 404, path);
  }
  strictEqual(
    statusOf(await ask(url, 'GET http://127.0.0.1/health HTTP/1.1', 'host: localhost')),
    400,
  );
  strictEqual(statusOf(await ask(url, 'GET * HTTP/1.1', 'host: localhost')), 400);
  const long = `/${'a'.repeat(20_000)}`;
  strictEqual(statusOf(await ask(url, `GET ${long} HTTP/1.1`, 'host: localhost')), 431);
  strictEqual((await call(url, `/${'a/'.repeat(5000)}`)).status, 404);
});

test('what two servers could read in two ways is not read at all', async (context) => {
  const url = await consoleOf(context);
  const post = ['POST /api/session HTTP/1.1', 'host: localhost'];
  for (const lines of [
    ['content-length: 5', 'transfer-encoding: chunked'],
    ['content-length: 5', 'content-length: 6'],
    ['transfer-encoding: chunked, identity'],
    ['transfer-encoding : chunked'],
    ['content-length: +5'],
    ['x: a\rb'],
    [' folded: header'],
  ]) {
    const answer = await raw(url, `${[...post, ...lines, '', ''].join('\r\n')}0\r\n\r\n`);
    strictEqual(statusOf(answer), 400, lines.join(' | '));
  }
  strictEqual(statusOf(await raw(url, 'HELO there\r\n\r\n')), 400);
  strictEqual(statusOf(await raw(url, '\u0016\u0003\u0001\u0002\u0000')), 400);
});

test('a body that is too large is refused by what it announces, and by what comes', async (context) => {
  const url = await consoleOf(context, { config: { 'odradek.http.body.max.bytes': 1024 } });
  const body = JSON.stringify({ password: 'x'.repeat(2000) });
  strictEqual((await call(url, '/api/session', signIn(body))).status, 413);
  const chunk = `${(2000).toString(16)}\r\n${'x'.repeat(2000)}\r\n0\r\n\r\n`;
  const head = 'POST /api/session HTTP/1.1\r\nhost: localhost\r\nodradek-console: 1\r\n';
  const answer = await raw(url, `${head}transfer-encoding: chunked\r\n\r\n${chunk}`);
  strictEqual(statusOf(answer), 413);
  match(answer, /connection: close/i);
});

test('who has not signed in cannot have much of a body held', async (context) => {
  const url = await consoleOf(context, { console: { port: 0, password: 'sesame' } });
  const body = JSON.stringify({ password: 'x'.repeat(20_000) });
  strictEqual((await call(url, '/api/session', signIn(body))).status, 413);
  // Of any other, nothing is waited for.
  const head = 'POST /api/topics HTTP/1.1\r\nhost: localhost\r\nodradek-console: 1\r\n';
  const answer = await raw(url, `${head}content-length: 1000000\r\n\r\n`);
  strictEqual(statusOf(answer), 401);
});

function signIn(body: string) {
  const headers = { 'odradek-console': '1', 'content-type': 'application/json' };
  return { method: 'POST', headers, body };
}

test('headers and bodies that do not come to an end are given up', async (context) => {
  const url = await consoleOf(context, {
    config: { 'odradek.http.body.timeout.ms': 50, 'odradek.http.header.timeout.ms': 50 },
  });
  strictEqual(statusOf(await raw(url, 'GET /health HTTP/1.1\r\nhost: localhost\r\n')), 408);
  const head = 'POST /api/session HTTP/1.1\r\nhost: localhost\r\nodradek-console: 1\r\n';
  const slow = await raw(url, `${head}content-length: 100\r\n\r\n{"pass`);
  strictEqual(statusOf(slow), 408);
  match(slow, /REQUEST_TIMED_OUT/);
});

test('bodies that are received at once are bounded together', async (context) => {
  const url = await consoleOf(context, { config: { 'odradek.http.queued.max.bytes': 2000 } });
  const body = JSON.stringify({ password: 'x'.repeat(3000) });
  strictEqual((await call(url, '/api/session', signIn(body))).status, 503);
  // What was refused holds nothing any more.
  const small = JSON.stringify({ password: 'x'.repeat(1500) });
  strictEqual((await call(url, '/api/session', signIn(small))).status, 401);
  strictEqual((await call(url, '/api/session', signIn(small))).status, 401);
});

test('connections beyond their bound are closed, and those within it go on', async (context) => {
  const url = await consoleOf(context, { config: { 'odradek.http.connections.max': 3 } });
  const { hostname, port } = new URL(url);
  const held = await Promise.all(
    [0, 1, 2].map(
      () =>
        new Promise<ReturnType<typeof connect>>((resolve) => {
          const socket = connect(Number(port), hostname, () => resolve(socket));
        }),
    ),
  );
  strictEqual(
    await raw(url, 'GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n').catch(() => ''),
    '',
  );
  for (const socket of held) socket.destroy();
  await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  for (;;) {
    const answer = await call(url, '/health').catch(() => undefined);
    if (answer?.status === 200) break;
  }
});

test('methods that a path does not take are named, and HEAD has no body', async (context) => {
  const url = await consoleOf(context);
  const wrong = await call(url, '/health', { method: 'DELETE' });
  deepStrictEqual([wrong.status, wrong.headers.allow], [405, 'GET, HEAD, OPTIONS']);
  strictEqual((await call(url, '/health', { method: 'TRACE' })).status, 405);
  const head = await call(url, '/health', { method: 'HEAD' });
  deepStrictEqual([head.status, head.text], [200, '']);
  const options = await call(url, '/health', { method: 'OPTIONS' });
  deepStrictEqual([options.status, options.headers.allow], [204, 'GET, HEAD, OPTIONS']);
});

test('every answer forbids scripts of others, frames and guesses of its type', async (context) => {
  const url = await consoleOf(context);
  for (const path of ['/', '/health', '/api/session', '/<script>alert(1)</script>']) {
    const { headers, text } = await call(url, path);
    match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
    strictEqual(headers['x-content-type-options'], 'nosniff');
    strictEqual(headers['cross-origin-resource-policy'], 'same-origin');
    if (path !== '/') strictEqual(headers['cache-control'], 'no-store');
    strictEqual(text.includes('<script>alert'), false);
  }
});

test('who leaves in the midst of a request, or sends what is none, harms nobody', async (context) => {
  const { broker, url } = await adminBroker(context, { topics: { orders: 1 } });
  const { hostname, port } = new URL(url);
  const head = 'POST /topics/orders HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n';
  const stream = 'GET /topics/orders/stream?from=beginning HTTP/1.1\r\nhost: localhost\r\n\r\n';
  const requests = [head, `${head}half`, stream, head.slice(0, 30), '\0\0\0', `${stream}${head}`];
  for (let round = 0; round < 5; round++) {
    await Promise.all(
      requests.map(
        (bytes) =>
          new Promise<void>((resolve) => {
            const socket = connect(Number(port), hostname, () => {
              socket.write(bytes, () => socket.destroy());
            });
            socket.on('error', () => {});
            socket.on('close', () => resolve());
          }),
      ),
    );
  }
  const options = { method: 'POST', body: 'fine' };
  strictEqual((await call(url, '/topics/orders', options)).status, 200);
  strictEqual((await broker.records('orders')).length, 1);
  strictEqual((await call(url, '/ready')).status, 200);
});

test('several requests on one connection are answered in their order', async (context) => {
  const url = await consoleOf(context);
  const one = 'GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n';
  const last = 'GET /nothing HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n';
  const answers = await raw(url, `${one}${one}${last}`);
  deepStrictEqual(
    [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status),
    ['200', '200', '404'],
  );
});

test('a connection ends after so many requests', async (context) => {
  const url = await consoleOf(context, { config: { 'odradek.http.connection.requests.max': 2 } });
  const one = 'GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n';
  // It is the other side that closes.
  const answers = await raw(url, `${one}${one}${one}`);
  strictEqual([...answers.matchAll(/HTTP\/1\.1 200/g)].length, 2);
  match(answers, /connection: close/i);
});

test('on a connection one request is worked at after the other, and who does not wait is broken off', async (context) => {
  const { broker, url } = await adminBroker(context, { topics: { orders: 1 } });
  const publish = 'POST /topics/orders HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\n';
  const some = Array.from({ length: 9 }, (_, n) => `${publish}${n}`).join('');
  const last = 'GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n';
  const answers = await raw(url, `${some}${last}`);
  strictEqual([...answers.matchAll(/HTTP\/1\.1 200/g)].length, 10);
  const many = await raw(url, `${publish}x`.repeat(500)).catch(() => '');
  strictEqual([...many.matchAll(/HTTP\/1\.1 200/g)].length, 0);
  const written = (await broker.records('orders')).map(({ value }) => text(value)).join('');
  match(written, /^012345678x{0,1}$/);
});

test('a body that nobody reads is not kept while a stream goes on', async (context) => {
  const { url } = await adminBroker(context, { topics: { orders: 1 } });
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  context.after(() => socket.destroy());
  const head =
    'GET /topics/orders/stream HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n';
  socket.write(head);
  await once(socket, 'data');
  const chunk = `${(1_000_000).toString(16)}\r\n${'x'.repeat(1_000_000)}\r\n`;
  for (let n = 0; n < 40; n++) {
    // The other side would read no further.
    if (!socket.write(chunk)) await once(socket, 'drain');
  }
  strictEqual((await call(url, '/health')).status, 200);
});

test('answers that nobody reads are bounded together, and the bound is given back', async (context) => {
  const { broker, url } = await adminBroker(context, {
    topics: { large: { partitions: 1, config: { 'max.message.bytes': 40_000_000 } } },
    config: {
      'odradek.http.queued.max.bytes': 33_000_000,
      'odradek.http.body.max.bytes': 33_000_000,
    },
  });
  const value = 'x'.repeat(30_000_000);
  strictEqual((await call(url, '/topics/large', { method: 'POST', body: value })).status, 200);
  const path = '/api/topics/large/messages/0/0';
  const { hostname, port } = new URL(url);
  const unread = connect(Number(port), hostname);
  unread.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  await once(unread, 'readable');
  strictEqual((await call(url, path)).status, 503);
  strictEqual((await call(url, '/health')).status, 200);
  unread.destroy();
  for (;;) {
    const answer = await call(url, path);
    if (answer.status === 200) break;
  }
  strictEqual((await broker.records('large')).length, 1);
});

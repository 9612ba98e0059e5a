import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Session } from '../../src/admin/contract/session.ts';
import type { BrokerOptions } from '../../src/index.ts';
import { adminBroker } from './admin-broker.ts';
import { api, call } from './http-client.ts';

async function consoleOf(context: TestContext, options: BrokerOptions = {}): Promise<string> {
  return (await adminBroker(context, options)).url;
}

async function sessionOf(url: string, headers: Record<string, string>): Promise<Session> {
  const { body } = await api(url, 'GET', '/api/session', undefined, headers);
  return body as Session;
}

async function needsSignIn(url: string, headers: Record<string, string>): Promise<boolean> {
  return (await sessionOf(url, headers)).needsSignIn;
}

test('a browser is let in by a cookie that scripts and other sites do not get, and let out', async (context) => {
  const url = await consoleOf(context, { console: { port: 0, password: 'sesame' } });
  const wrong = await api(url, 'POST', '/api/session', { password: 'Sesame' });
  deepStrictEqual(
    [wrong.status, JSON.stringify(wrong.body)],
    [401, '{"error":{"code":"SIGN_IN_FAILED","message":"The password is wrong."}}'],
  );
  const right = await call(url, '/api/session', {
    method: 'POST',
    headers: { 'odradek-console': '1' },
    body: '{"password":"sesame"}',
  });
  strictEqual(right.status, 204);
  const setCookie = right.headers['set-cookie']?.[0] ?? '';
  match(setCookie, /^odradek-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
  const cookie = setCookie.split(';')[0] ?? '';
  strictEqual(await needsSignIn(url, { cookie }), false);
  strictEqual(await needsSignIn(url, { cookie: `other=1; ${cookie}` }), false);
  strictEqual(await needsSignIn(url, { cookie: `${cookie}x` }), true);
  strictEqual(await needsSignIn(url, {}), true);
  strictEqual((await sessionOf(url, { cookie })).canSignOut, true);
  strictEqual((await sessionOf(url, {})).canSignOut, false);
  strictEqual((await api(url, 'DELETE', '/api/session', undefined, { cookie })).status, 204);
  strictEqual(await needsSignIn(url, { cookie }), true);
});

test('a program is let in by its token, and needs no header of the console', async (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'odradek-token-'));
  context.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'token');
  writeFileSync(file, 'let-me-in\n');
  const url = await consoleOf(context, { config: { 'odradek.admin.token.file': file } });
  const authorization = 'Bearer let-me-in';
  strictEqual(await needsSignIn(url, { authorization }), false);
  const options = { method: 'DELETE', headers: { authorization } };
  strictEqual((await call(url, '/api/session', options)).status, 204);
  const wrong = { headers: { authorization: 'Bearer let-me-out' } };
  strictEqual((await call(url, '/api/session', wrong)).status, 401);
});

test('who guesses is slowed down, and refused after too many guesses, the right one too', async (context) => {
  const url = await consoleOf(context, {
    console: { port: 0, password: 'sesame' },
    config: { 'odradek.admin.sign.in.attempts.max': 3 },
  });
  const guesses = await Promise.all(
    ['a', 'b', 'c', 'd', 'e'].map((password) => api(url, 'POST', '/api/session', { password })),
  );
  deepStrictEqual(
    guesses.map(({ status }) => status).toSorted((a, b) => a - b),
    [401, 401, 401, 429, 429],
  );
  strictEqual((await api(url, 'POST', '/api/session', { password: 'sesame' })).status, 429);
});

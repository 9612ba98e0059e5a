import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { WholeAnswer } from '../../src/admin/http/answer.ts';
import { PageFiles } from '../../src/admin/http/page-files.ts';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import { nodeClock } from '../../src/runtime/node/node-clock.ts';

const script = `console.log(${JSON.stringify('x'.repeat(2000))})`;

function page() {
  let nowMs = 1000;
  const clock = { ...nodeClock, nowMs: () => nowMs };
  const files = createMemoryFiles({ budgetBytes: 1024 * 1024, clock });
  const write = (path: string, text: string): void => {
    nowMs += 1000;
    files.makeDirectory(files.dirname(path));
    files.replaceFile(path, Buffer.from(text));
  };
  files.makeDirectory('/secret');
  write('/secret/key', 'secret');
  return { files: new PageFiles('/page', { files }), write };
}

function textOf(answer: WholeAnswer | undefined): string {
  return Buffer.from(answer?.body ?? '').toString();
}

test('a page that is not built says how it is', () => {
  const { files } = page();
  const answer = files.answer('/', {});
  strictEqual(answer?.status, 503);
  match(String(answer.body), /npm run build --workspace console/);
  strictEqual(files.answer('/assets/index-BNXK3UoB.js', {}), undefined);
});

test('the page is asked for again each time, what is named by its content never', () => {
  const { files, write } = page();
  write('/page/assets/index-BNXK3UoB.js', script);
  write('/page/favicon.svg', '<svg/>');
  write('/page/index.html', '<!doctype html>');
  const index = files.answer('/', {});
  deepStrictEqual(
    [index?.status, index?.headers['cache-control'], index?.headers['content-type']],
    [200, 'no-cache', 'text/html; charset=utf-8'],
  );
  match(index?.headers['content-security-policy'] ?? '', /script-src 'self'; style-src 'self'/);
  strictEqual(index?.headers['referrer-policy'], 'no-referrer');
  const known = files.answer('/', { 'if-none-match': index?.headers['etag'] ?? '' });
  deepStrictEqual([known?.status, known?.body], [304, '']);
  const asset = files.answer('/assets/index-BNXK3UoB.js', {});
  strictEqual(asset?.headers['cache-control'], 'public, max-age=31536000, immutable');
  strictEqual(asset.headers['content-type'], 'text/javascript; charset=utf-8');
  strictEqual(files.answer('/favicon.svg', {})?.headers['cache-control'], 'no-cache');
});

test('what is large is compressed for who takes it', () => {
  const { files, write } = page();
  write('/page/assets/index-BNXK3UoB.js', script);
  write('/page/index.html', '<!doctype html>');
  files.answer('/', {});
  const ask = (encoding: string) =>
    files.answer('/assets/index-BNXK3UoB.js', { 'accept-encoding': encoding });
  for (const encoding of ['gzip', 'deflate, gzip;q=0.5', 'br, gzip', 'GZIP']) {
    const answer = ask(encoding);
    strictEqual(answer?.headers['content-encoding'], 'gzip', encoding);
    strictEqual(gunzipSync(answer.body).toString(), script);
  }
  for (const encoding of ['', 'br', 'gzip;q=0', 'gzip; q=0.0, br', 'xgzip']) {
    const answer = ask(encoding);
    strictEqual(answer?.headers['content-encoding'], undefined, encoding);
    strictEqual(answer?.headers['vary'], 'Accept-Encoding');
  }
});

test('a page that is built anew is served anew, and nothing beside it ever', () => {
  const { files, write } = page();
  write('/page/index.html', 'old');
  strictEqual(textOf(files.answer('/index.html', {})), 'old');
  write('/page/index.html', 'new');
  strictEqual(textOf(files.answer('/', {})), 'new');
  for (const path of [
    '/../secret/key',
    '/..%2fsecret/key',
    '/page/index.html',
    '//index.html',
    '/index.html/',
    '/assets',
    '',
    '/INDEX.HTML',
  ]) {
    strictEqual(files.answer(path, {}), undefined, path);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hrefOf, parseHash, type Route } from '../../../console/src/app/routes.ts';

test('every view is found again under its own address', () => {
  const views: readonly Route[] = [
    { view: 'home' },
    { view: 'topics' },
    { view: 'topic', topic: 'orders', tab: '' },
    { view: 'topic', topic: 'a/b?c#d %', tab: 'messages' },
    { view: 'topic', topic: '.', tab: '' },
    { view: 'groups' },
    { view: 'group', group: 'späte Gruppe', tab: 'lag' },
    { view: 'brokers' },
    { view: 'broker', broker: '2' },
    { view: 'why' },
    { view: 'settings' },
  ];
  for (const route of views) assert.deepEqual(parseHash(hrefOf(route)).route, route);
});

test('a query keeps what was put into it, and leaves out what is empty', () => {
  const query = { from: 'last:50', where: 'value.a == "b" && 1 < 2', empty: '', none: undefined };
  const href = hrefOf({ view: 'topic', topic: 'orders', tab: 'messages' }, query);
  assert.match(href, /^#\/topics\/orders\/messages\?from=last:50&where=/);
  assert.deepEqual(
    [...parseHash(href).query],
    [
      ['from', 'last:50'],
      ['where', query.where],
    ],
  );
});

test('an address that nobody made is a view that is not there, and none throws', () => {
  assert.deepEqual(parseHash('#/nowhere/at/all').route, {
    view: 'unknown',
    path: '/nowhere/at/all',
  });
  assert.deepEqual(parseHash('').route, { view: 'home' });
  assert.deepEqual(parseHash('#/topics/%zz').route, { view: 'topic', topic: '%zz', tab: '' });
});

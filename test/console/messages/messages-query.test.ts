import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  changedMessages,
  exportRequest,
  formatMessagesQuery,
  messagesRequest,
  newestMessages,
  parseMessagesQuery,
} from '../../../console/src/messages/messages-query.ts';
import { parseCursor, parsePosition } from '../../../console/src/messages/position.ts';

test('an address without a query shows the newest records', () => {
  assert.deepEqual(parseMessagesQuery(''), newestMessages);
  assert.equal(formatMessagesQuery(newestMessages), '');
});

test('every part of a view comes back from its address', () => {
  const addresses = [
    'partition=0&partition=2&order=offset&from=offset%3A42&until=time%3A1700000000000',
    'order=partition&from=last%3A10&cursor=0%3A5%2C1%3A9007199254740991',
    'order=tail&where=value.player+%3D%3D+%22ViratKohli%22+%26%26+key+%21%3D+%27%C3%A9%27',
    'limit=500&isolation=read_committed&open=3%3A17&select=0%3A5-9%2C1%3A3',
  ];
  for (const address of addresses) {
    assert.equal(formatMessagesQuery(parseMessagesQuery(address)), address);
  }
});

test('what makes no sense in an address is as if it were not there', () => {
  const nonsense =
    'partition=x&partition=-1&select=0:0-99999999&order=oldest&from=offset:x&until=never&cursor=1;2&limit=0&open=a';
  assert.deepEqual(parseMessagesQuery(nonsense), newestMessages);
  assert.equal(parseMessagesQuery('limit=10001').limit, 100);
  assert.equal(parseCursor('0:99999999999999999'), null);
  assert.equal(parsePosition('offset:9007199254740993'), null);
});

test('the request asks for the order, and the cursor stands where that order has it', () => {
  const request = (address: string) => messagesRequest(parseMessagesQuery(address));
  assert.equal(request(''), 'order=newest&limit=100');
  assert.equal(request('cursor=0:7&from=beginning'), 'order=newest&before=0%3A7&limit=100');
  assert.equal(
    request('order=offset&from=beginning&cursor=0:7,1:2&until=end'),
    'order=offset&from=0%3A7%2C1%3A2&until=end&limit=100',
  );
  assert.equal(request('order=tail&where=true&limit=7'), 'follow=true&where=true');
});

test('an export takes all that matches, not the page that is shown', () => {
  const request = (address: string) => exportRequest(parseMessagesQuery(address));
  assert.equal(request('cursor=0:7&partition=1'), 'partition=1&order=offset&from=beginning');
  assert.equal(
    request('order=partition&from=offset:3&until=offset:9&where=true'),
    'order=partition&from=offset%3A3&until=offset%3A9&where=true',
  );
});

test('a changed search begins anew', () => {
  const query = parseMessagesQuery('cursor=0:7&open=0:3&where=true');
  assert.equal(formatMessagesQuery(changedMessages(query, { where: 'false' })), 'where=false');
});

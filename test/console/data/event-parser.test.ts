import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventParser, type ServerEvent } from '../../../console/src/data/event-parser.ts';

const stream =
  'retry: 1000\n\n: awake\nevent: records\nid: 0:5\ndata: [1,\ndata: 2]\n\r\ndata:no space\r\n\r\nevent: done\n\ndata: last\n\n';

function parsed(pieces: readonly string[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const feed = createEventParser((event) => events.push(event));
  for (const piece of pieces) feed(piece);
  return events;
}

test('events are read with their names, lines and ids, and comments are not events', () => {
  assert.deepEqual(parsed([stream]), [
    { name: 'records', data: '[1,\n2]', id: '0:5' },
    { name: 'message', data: 'no space', id: '0:5' },
    { name: 'message', data: 'last', id: '0:5' },
  ]);
});

test('a stream says the same in pieces of any size', () => {
  const whole = parsed([stream]);
  for (let size = 1; size < 30; size += 1) {
    const pieces: string[] = [];
    for (let at = 0; at < stream.length; at += size) pieces.push(stream.slice(at, at + size));
    assert.deepEqual(parsed(pieces), whole, `pieces of ${size}`);
  }
});

/**
 * Goal: the checker finds what it is there to find, and nothing where all is well.
 * Method: histories written by hand. Each begins as one without fault, and a line of it is changed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkHistory } from './check-history.ts';
import { describeEvent, History, type HistoryEvent, type LoggedRecord } from './history.ts';
import type { HistoryPromise, Rule } from './violation.ts';

const where = { topic: 'orders', partition: 0 };

function sent(id: string, more: { sequence?: number; key?: string; acks?: 1 } = {}): HistoryEvent {
  const sequence = Number(id.slice(1));
  const base = {
    kind: 'sent',
    producer: id.slice(0, 1),
    id,
    sequence,
    isIdempotent: true,
  } as const;
  return { ...where, ...base, acks: 'all', ...more };
}

const acknowledged = (id: string, offset: number): HistoryEvent => ({
  kind: 'acknowledged',
  ...where,
  id,
  offset,
});
const failed = (kind: 'refused' | 'unknown', id: string): HistoryEvent => ({
  kind,
  id,
  error: 'NOT_ENOUGH_REPLICAS',
});
const read = (reader: string, offset: number, id: string, leaderEpoch = 0): HistoryEvent => ({
  kind: 'read',
  ...where,
  reader,
  offset,
  id,
  leaderEpoch,
});
const finalLog = (broker: number, records: readonly LoggedRecord[]): HistoryEvent => ({
  kind: 'finalLog',
  ...where,
  broker,
  records,
});
const end = (value: number, askedAt: number): HistoryEvent => ({
  kind: 'highWatermark',
  ...where,
  observer: 'watcher',
  broker: 1,
  value,
  askedAt,
});
const committed = (offset: number): HistoryEvent => ({
  kind: 'committed',
  ...where,
  group: 'g',
  offset,
});
const fetchedCommit = (offset: number, askedAt: number): HistoryEvent => ({
  kind: 'fetchedCommit',
  ...where,
  group: 'g',
  offset,
  askedAt,
});
const settled: HistoryEvent = { kind: 'settled', what: 'all is well' };
const twoRecords: LoggedRecord[] = [
  [0, 'a0', 0],
  [1, 'a1', 0],
];

function check(events: readonly HistoryEvent[], promise?: HistoryPromise): Rule[] {
  const history = new History();
  for (const event of events) history.add(event);
  return checkHistory(history, promise).map(({ rule, message, events: shown }) => {
    assert.ok(message.length > 10);
    for (const event of shown) assert.ok(describeEvent(event).length > 5);
    return rule;
  });
}

/** Two records of one producer, acknowledged, read and logged, and a group that commits. */
const clean: readonly HistoryEvent[] = [
  sent('a0'),
  sent('a1'),
  acknowledged('a0', 0),
  end(1, 0),
  read('r', 0, 'a0'),
  acknowledged('a1', 1),
  read('r', 1, 'a1'),
  end(2, 4),
  { ...read('m', 0, 'a0'), group: 'g' } as HistoryEvent,
  { ...read('m', 1, 'a1'), group: 'g' } as HistoryEvent,
  committed(2),
  fetchedCommit(2, 11),
  { kind: 'ended', ...where, reader: 'r', offset: 2 },
  { kind: 'fault', what: 'crash', nodes: [1] },
  settled,
  finalLog(1, twoRecords),
  finalLog(2, twoRecords),
];

/** The clean history with the event at `index` replaced by others. */
function changed(index: number, ...events: readonly HistoryEvent[]): HistoryEvent[] {
  return clean.toSpliced(index, 1, ...events);
}

test('a history in which nothing went wrong has no violation', () => {
  assert.deepEqual(check(clean), []);
});

test('a record whose outcome is unknown may be there or not', () => {
  const unknown = [sent('a2'), failed('unknown', 'a2')];
  assert.deepEqual(check([...unknown, ...clean]), []);
  const logged = [...twoRecords, [2, 'a2', 1]] as LoggedRecord[];
  const there = clean.map((event) =>
    event.kind === 'finalLog' ? finalLog(event.broker, logged) : event,
  );
  const withoutEnd = there.filter(({ kind }) => kind !== 'ended');
  assert.deepEqual(check([...unknown, ...withoutEnd]), []);
});

test('an acknowledged record that is not in the final log is lost', () => {
  const short = [finalLog(1, twoRecords.slice(0, 1)), finalLog(2, twoRecords.slice(0, 1))];
  const unread = clean.filter(
    (event) => !['ended', 'read', 'committed', 'fetchedCommit', 'finalLog'].includes(event.kind),
  );
  assert.deepEqual(check([...unread, ...short]), ['lost']);
});

test('an acknowledged record without an offset that is not in the final log is lost', () => {
  assert.deepEqual(check([sent('a2'), acknowledged('a2', -1), ...clean]), ['lost']);
});

test('a record that was read and is not in the final log is lost, acknowledged or not', () => {
  assert.deepEqual(
    check([sent('a2'), ...clean.slice(0, -2), read('s', 2, 'a2'), ...clean.slice(-2)]),
    ['lost'],
  );
});

test('what was acknowledged by the leader alone may be lost', () => {
  assert.deepEqual(check([sent('a2', { acks: 1 }), acknowledged('a2', 2), ...clean]), []);
});

test('a topic that may lose records is not held to them', () => {
  const mayLose = new Map([['orders', 'an unclean election was allowed']]);
  const events = [sent('a2'), acknowledged('a2', 2), ...clean];
  assert.deepEqual(check(events), ['lost']);
  assert.deepEqual(check(events, { mayLose }), []);
});

test('a record of an idempotent producer that is at two offsets is doubled', () => {
  const doubled: LoggedRecord[] = [...twoRecords, [2, 'a1', 1]];
  const logs = [finalLog(1, doubled), finalLog(2, doubled)];
  const events = [...clean.filter(({ kind }) => !['finalLog', 'ended'].includes(kind)), ...logs];
  assert.deepEqual(new Set(check(events)), new Set(['doubled']));
  assert.ok(check(events, { mayLose: new Map([['orders', 'it may']]) }).includes('doubled'));
});

test('a record that was read at another offset than it was acknowledged at is doubled', () => {
  assert.ok(check(changed(4, read('r', 0, 'a0'), read('s', 5, 'a0'))).includes('doubled'));
});

test('acknowledged records of a producer that are not in its order are reordered', () => {
  const events = clean.map((event) =>
    event.kind === 'sent' ? { ...event, sequence: 9 - event.sequence } : event,
  );
  assert.deepEqual(check(events), ['reordered']);
});

test('an offset at which two readers saw different records has held two', () => {
  const events = [sent('b0'), ...changed(4, read('r', 0, 'a0'), read('s', 0, 'b0'))];
  assert.deepEqual(check(events), ['two records']);
});

test('an offset at which two records were acknowledged has held two', () => {
  const events = [sent('b0'), ...changed(5, acknowledged('a1', 1), acknowledged('b0', 1))];
  assert.ok(check(events).includes('two records'));
});

test('an offset whose record was of another leader epoch has held two', () => {
  const found = check(changed(4, read('r', 0, 'a0', 3)));
  assert.deepEqual(new Set(found), new Set(['two records']));
});

test('a record in the log that nobody sent is found', () => {
  assert.ok(check(clean.slice(1)).includes('never sent'));
});

test('a record that was refused and is in the log is found', () => {
  const events = changed(5, failed('refused', 'a1'));
  assert.deepEqual(check(events), ['refused, but written']);
});

test('a reader that reads an offset again went back', () => {
  assert.deepEqual(check(changed(6, read('r', 1, 'a1'), read('r', 0, 'a0'), read('r', 1, 'a1'))), [
    'reader went back',
  ]);
});

test('a reader that says where it goes on may read an offset again', () => {
  const position: HistoryEvent = { kind: 'position', ...where, reader: 'r', offset: 0 };
  assert.deepEqual(check(changed(6, position, read('r', 0, 'a0'), read('r', 1, 'a1'))), []);
});

test('a reader that skips a record that is there left it out', () => {
  const position: HistoryEvent = { kind: 'position', ...where, reader: 'r', offset: 0 };
  assert.deepEqual(check(changed(4, position)), ['reader left out']);
});

test('a reader that does not get to the end has not settled', () => {
  const events = clean.filter((event) => !(event.kind === 'read' && event.offset === 1));
  const early = events.map((event) => (event.kind === 'ended' ? { ...event, offset: 1 } : event));
  const withoutGroup = early.filter(({ kind }) => !kind.toLowerCase().includes('commit'));
  assert.deepEqual(check(withoutGroup), ['not settled']);
});

test('an end that is before one that was known when it was asked for went back', () => {
  assert.deepEqual(check(changed(7, end(2, 4), end(1, 8))), ['high watermark went back']);
});

test('an answer that was under way while a later one came may say an earlier end', () => {
  assert.deepEqual(check(changed(7, end(2, 4), end(1, 4))), []);
});

test('a commit that was acknowledged before it was asked for is told', () => {
  assert.deepEqual(check(changed(11, fetchedCommit(1, 11))), ['commit went back']);
  assert.deepEqual(check(changed(11, fetchedCommit(-1, 11))), ['commit went back']);
  assert.deepEqual(check(changed(11, fetchedCommit(-1, 9))), []);
});

test('commits of a cluster whose offsets topic may lose records may go back', () => {
  const mayLose = new Map([['__consumer_offsets', 'two machines lost power at once']]);
  assert.deepEqual(check(changed(11, fetchedCommit(1, 11)), { mayLose }), []);
});

test('a group that commits a record that no member read left it out', () => {
  assert.deepEqual(check(changed(8)), ['reader left out']);
});

test('replicas whose logs differ are found', () => {
  const [first, second] = twoRecords as [LoggedRecord, LoggedRecord];
  assert.deepEqual(check(changed(16, finalLog(2, [first]))), ['replicas differ']);
  const otherEpoch: LoggedRecord[] = [first, [second[0], second[1], 7]];
  assert.ok(check(changed(16, finalLog(2, otherEpoch))).includes('replicas differ'));
});

test('a run that did not come to rest has not settled', () => {
  assert.deepEqual(check(changed(14)), ['not settled']);
  assert.deepEqual(check(changed(14, { kind: 'unsettled', what: 'partition 0 has no leader' })), [
    'not settled',
  ]);
  assert.deepEqual(check(changed(14), { settles: false }), []);
});

test('of a compacted topic the last record of each key stays, and no more is asked', () => {
  const compacted = new Set(['orders']);
  const events = [
    sent('a0', { key: 'k' }),
    sent('a1', { key: 'k' }),
    sent('a2', { key: 'l' }),
    acknowledged('a0', 0),
    acknowledged('a1', 1),
    acknowledged('a2', 2),
    settled,
  ];
  const kept = finalLog(1, [
    [1, 'a1', 0],
    [2, 'a2', 0],
  ]);
  const whole = finalLog(2, [
    [0, 'a0', 0],
    [1, 'a1', 0],
    [2, 'a2', 0],
  ]);
  // Each replica compacts by itself.
  assert.deepEqual(check([...events, kept, whole], { compacted }), []);
  assert.deepEqual(check([...events, whole, finalLog(2, [[1, 'a1', 0]])], { compacted }), ['lost']);
  assert.deepEqual(check([...events, kept]), ['lost']);
  assert.deepEqual(check([...events, finalLog(1, [[1, 'a1', 0]])], { compacted }), ['lost']);
});

test('a reader of a compacted topic may leave out what a later record of the key replaces', () => {
  const compacted = new Set(['orders']);
  const events = [
    sent('a0', { key: 'k' }),
    sent('a1', { key: 'l' }),
    sent('a2', { key: 'k' }),
    read('r', 1, 'a1'),
    settled,
    finalLog(1, [
      [0, 'a0', 0],
      [1, 'a1', 0],
      [2, 'a2', 0],
    ]),
  ];
  const position: HistoryEvent = { kind: 'position', ...where, reader: 'r', offset: 0 };
  assert.deepEqual(check([position, ...events], { compacted }), []);
  const skipping = events.with(3, read('r', 2, 'a2'));
  assert.deepEqual(check([position, ...skipping], { compacted }), ['reader left out']);
});

test('a partition that nobody read in the end proves nothing', () => {
  assert.deepEqual(check([sent('a0'), acknowledged('a0', 0), settled]), ['not settled']);
});

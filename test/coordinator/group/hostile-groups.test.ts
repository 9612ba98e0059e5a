import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reply } from '../../../src/coordinator/coordinator.ts';
import type { GroupRecord } from '../../../src/coordinator/group/group-records.ts';
import { must } from '../../../src/util/assert.ts';
import { errorName } from '../../../src/protocol/error-codes.ts';
import { GroupHost } from './group-host.ts';
import { parseRequest } from './parse-group-request.ts';
import type { Unnumbered, Verb } from './parse-group-request.ts';

class Host extends GroupHost {
  readonly replies: Reply[] = [];
  readonly written: GroupRecord[];

  constructor() {
    const replies: Reply[] = [];
    const written: GroupRecord[] = [];
    super({ replied: (reply) => replies.push(reply), wrote: (record) => written.push(record) });
    this.replies = replies;
    this.written = written;
  }

  send(verb: Verb, ...words: string[]): unknown {
    return this.sent(parseRequest('c', verb, words));
  }

  /** The answer, if it came at once. */
  sent(request: Unnumbered): unknown {
    const id = this.ask(request);
    return this.replies.find(({ requestId }) => requestId === id)?.response;
  }
}

function errorOf(response: unknown): string | undefined {
  return errorName((response as { errorCode: number }).errorCode);
}

test('ten thousand protocols of fifty members are voted on', () => {
  const host = new Host();
  const protocols = Array.from({ length: 10_000 }, (_, i) => `p${i}:x`);
  for (let i = 0; i < 50; i++) {
    const list = [...protocols.slice(i), ...protocols.slice(0, i)];
    assert.equal(host.send('join', 'g', 'v=3', `protocols=${list.join()}`), undefined);
  }
  host.wait(60_000);
  assert.equal(host.replies.length, 50);
  assert.equal(host.send('join', 'g', 'v=3', 'protocols=p9999:x'), undefined);
});

test('ten megabytes of metadata are handed to the leader, and are not read as topics', () => {
  const host = new Host();
  const request = parseRequest('c', 'join', ['g', 'v=3']);
  assert.ok(request.kind === 'joinGroup');
  const metadata = new Uint8Array(10_000_000).fill(0xff);
  const protocols = [{ name: 'range', metadata }];
  assert.equal(host.sent({ ...request, request: { ...request.request, protocols } }), undefined);
  host.wait(3000);
  const reply = must(host.replies[0]);
  const { members } = reply.response as { members: { metadata: Uint8Array }[] };
  assert.equal(members[0]?.metadata.length, metadata.length);
  host.refusal = 'UNKNOWN_SERVER_ERROR';
  assert.equal(host.send('sync', 'g', 'member=c-1', 'generation=1', 'assign=c-1:x'), undefined);
  assert.deepEqual([...host.openRequests], [], 'the leader got the error');
  assert.equal(
    errorOf(host.send('heartbeat', 'g', 'member=c-1', 'generation=1')),
    'REBALANCE_IN_PROGRESS',
  );
});

test('ids that are given out and not used are bounded', () => {
  const host = new Host();
  for (let i = 0; i < 10_000; i++) {
    assert.equal(errorOf(host.send('join', 'g')), 'MEMBER_ID_REQUIRED');
  }
  assert.equal(errorOf(host.send('join', 'g')), 'GROUP_MAX_SIZE_REACHED');
  assert.equal(host.send('join', 'g', 'member=c-7'), undefined, 'whoever has one may come');
  host.wait(10_000);
  assert.equal(errorOf(host.send('join', 'g')), 'MEMBER_ID_REQUIRED');
});

test('an id that was given out does not become a static member', () => {
  const host = new Host();
  host.send('join', 'g');
  assert.equal(errorOf(host.send('join', 'g', 'member=c-1', 'instance=one')), 'UNKNOWN_MEMBER_ID');
});

test('an offset that is kept for longer than numbers reach expires in the end', () => {
  const host = new Host();
  host.setTopic('t', 1);
  host.wait(1000);
  host.send('commit', 'g', 'v=4', `retention=${Number.MAX_SAFE_INTEGER}`, 't/0=1');
  const [record] = host.written;
  assert.ok(record?.type === 'offsetCommit');
  assert.equal(record.value?.expireTimestamp, Number.MAX_SAFE_INTEGER);
});

test('what a large sweep forgets, it forgets in steps', () => {
  const host = new Host();
  host.setTopic('t', 5000);
  const partitions = Array.from({ length: 2500 }, (_, i) => `t/${i}=1`);
  host.send('commit', 'g', ...partitions);
  host.written.length = 0;
  const steps: number[] = [];
  host.wait(host.settings.offsetsRetentionMs - 1);
  assert.equal(host.written.length, 0);
  const before = host.settings;
  host.settings = { ...before, offsetsRetentionMs: 1 };
  host.commits = false;
  host.wait(600_000);
  for (let i = 0; i < 10 && host.written.length > 0; i++) {
    steps.push(host.written.length);
    host.written.length = 0;
    host.commitOne();
  }
  assert.deepEqual(steps, [1000, 1000, 501]);
  assert.deepEqual(host.send('list'), undefined, 'answers wait for what was appended');
  host.commit();
  assert.deepEqual(host.replies.at(-1)?.response, []);
});

test('a topic that comes back while its offsets are forgotten keeps what was committed since', () => {
  const host = new Host();
  host.setTopic('t', 5000);
  host.send('commit', 'g', ...Array.from({ length: 1500 }, (_, i) => `t/${i}=1`));
  host.wait(10);
  host.tell({ kind: 'topicsDeleted', names: ['t'] });
  host.commits = false;
  host.wait(1);
  host.send('commit', 'g', 't/3=2', 't/1400=2');
  host.commit();
  host.commits = true;
  const fetched = host.send('fetch', 'g', 'all') as {
    topics: { partitions: { partitionIndex: number }[] }[];
  };
  const left = fetched.topics.flatMap(({ partitions }) => partitions.map((p) => p.partitionIndex));
  assert.deepEqual(left, [3, 1400]);
});

test('before version 7 the name of no protocol is empty and not null', () => {
  const host = new Host();
  const nameIn = (version: number): unknown =>
    (host.send('join', 'g', `v=${version}`, 'member=nobody') as { protocolName: unknown })
      .protocolName;
  assert.equal(nameIn(6), '');
  assert.equal(nameIn(7), null);
});

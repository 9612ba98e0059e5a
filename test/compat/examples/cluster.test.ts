import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runExample } from './run-example.ts';

interface Row {
  readonly leader: string;
  readonly followers: number;
  readonly reader: string | undefined;
}

/** What each picture says, partition by partition. */
function picturesIn(printed: string): Row[][] {
  const row =
    /partition \d .* led by server (\d), followed by ([\d and]+|nobody)(?:, read by (\w+))?/g;
  const rows = [...printed.matchAll(row)].map(([, leader = '', followers = '', reader]) => ({
    leader,
    followers: followers.match(/\d/g)?.length ?? 0,
    reader,
  }));
  assert.equal(rows.length, 15, printed);
  return [0, 3, 6, 9, 12].map((at) => rows.slice(at, at + 3));
}

function check(printed: string): void {
  const [three = [], two = [], again = [], one = [], all = []] = picturesIn(printed);
  const killed = /Server (\d) is killed/.exec(printed)?.[1];
  const names = new Set(['ann', 'ben', 'cid']);
  assert.deepEqual(new Set(three.map(({ leader }) => leader)), new Set(['1', '2', '3']), printed);
  assert.deepEqual(new Set(three.map(({ reader }) => reader)), names, printed);
  for (const { leader, followers, reader } of two) {
    assert.notEqual(leader, killed, printed);
    assert.equal(followers, 1, printed);
    assert.ok(names.has(reader ?? ''), printed);
  }
  for (const { leader, followers } of one) {
    assert.deepEqual([leader, followers], [killed, 0], printed);
  }
  for (const picture of [three, again, all]) {
    for (const { followers } of picture) assert.equal(followers, 2, printed);
  }
  assert.match(printed, /a message is refused now: NOT_ENOUGH_REPLICAS\./);
  assert.match(printed, /Every message arrived: (\d+) of \1 written\./);
}

describe('the cluster of three servers', { concurrency: 2 }, () => {
  test('it shows who leads, follows and reads while servers are killed, and that all messages arrive', async () => {
    check(await runExample('cluster/main.ts'));
  });

  test('with --step it waits for Enter before each step', async () => {
    const printed = await runExample('cluster/main.ts', { args: ['--step'], input: '\n\n\n\n' });
    check(printed);
    assert.equal(printed.match(/\[Enter\]/g)?.length, 4);
  });
});

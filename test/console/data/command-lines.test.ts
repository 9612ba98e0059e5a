import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import {
  groupDeleteCommand,
  groupDescribeCommand,
  groupListCommand,
  resetOffsetsCommand,
} from '../../../console/src/groups/group-commands.ts';
import { parseGroupsQuery } from '../../../console/src/groups/groups-query.ts';
import {
  exportCommand,
  importCommand,
  messagesCommand,
  publishCommand,
  resendCommand,
} from '../../../console/src/messages/message-commands.ts';
import { parseMessagesQuery } from '../../../console/src/messages/messages-query.ts';
import {
  configCommand,
  deleteRecordsOfPartitions,
  topicCreateCommand,
  topicDeleteCommand,
  topicDescribeCommand,
  topicListCommand,
  topicPartitionsCommand,
} from '../../../console/src/topics/topic-commands.ts';
import { parseTopicsQuery } from '../../../console/src/topics/topics-query.ts';
import { whyCommand } from '../../../console/src/why/why-commands.ts';
import type { Why } from '../../../src/admin/contract/picture.ts';
import { commands } from '../../../src/cli/commands.ts';
import { parseArguments } from '../../../src/cli/parse-arguments.ts';

const bootstrap = '127.0.0.1:9092';

function messages(address: string, topic = 'orders'): string | null {
  return messagesCommand(bootstrap, topic, parseMessagesQuery(address));
}

/** What `odradek` understands of the first command in `line`, once a shell has taken it apart. */
async function understood(line: string): Promise<{ command: string; args: readonly string[] }> {
  const script = `odradek() { printf '%s\\0' "$@"; }; ${line}`;
  const words = execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
  const found = commands.find(({ name }) => name === words[0]);
  assert.ok(found !== undefined, line);
  const isGroup = 'commands' in found;
  const entry = isGroup ? found.commands.find(({ name }) => name === words[1]) : found;
  assert.ok(entry !== undefined, line);
  const command = await entry.load();
  const args = parseArguments(command, words.slice(isGroup ? 2 : 1)).positionals;
  return { command: command.name, args };
}

test('messages: each order has its line', () => {
  assert.equal(messages(''), 'odradek consume orders --from -100 --json | tail -n 100');
  assert.equal(
    messages('where=key == "a"&limit=5'),
    `odradek consume orders --where 'key == "a"' --json | tail -n 5`,
  );
  assert.equal(
    messages('order=offset&partition=1&from=offset:42&until=time:1700000000000&limit=10'),
    'odradek consume orders -p 1 --from 42 --until @1700000000000 --max 10 --json',
  );
  assert.equal(
    messages('order=partition&partition=0&partition=1&from=last:3'),
    '{ odradek consume orders -p 0 --from -3 --json; odradek consume orders -p 1 --from -3 --json; } | head -n 100',
  );
  assert.equal(
    messages('order=tail&isolation=read_committed'),
    'odradek consume orders --from end --follow --isolation read_committed --json',
  );
});

test('messages: the next page goes on at its cursor, unless that takes too many lines', () => {
  assert.equal(
    messages('cursor=0:500,2:30'),
    '{ odradek consume orders -p 0 --from 400 --until 500 --json; odradek consume orders -p 2 --from 0 --until 30 --json; }',
  );
  assert.equal(
    messages('order=offset&cursor=0:7&until=end'),
    'odradek consume orders -p 0 --from 7 --until end --json | head -n 100',
  );
  assert.equal(messages(`cursor=${Array.from({ length: 9 }, (_, p) => `${p}:1`).join(',')}`), null);
});

test('records are published, exported, imported and sent again', () => {
  assert.equal(
    publishCommand(bootstrap, 'orders', { key: "it's", value: null }),
    `printf '%s\\n' '{"key":"it'\\''s","value":null}' | odradek produce orders --json`,
  );
  assert.equal(
    exportCommand(bootstrap, 'orders', parseMessagesQuery('limit=7&cursor=0:3')),
    'odradek consume orders --json > orders.jsonl',
  );
  assert.equal(
    importCommand('b:1', 'orders', 'my file.jsonl', true),
    "odradek produce orders --json --file 'my file.jsonl' --repartition -b b:1",
  );
  const places = [1, 2, 3].map((offset) => ({ partition: 0, offset }));
  assert.equal(
    resendCommand(bootstrap, 'orders', places, { to: 'copy', keepPartition: false }),
    'odradek consume orders -p 0 --from 1 --until 4 --json | odradek produce copy --json --repartition',
  );
});

test('topics: each action has its line', () => {
  const filtered = { 'odradek.source.topic': 'adverts', 'odradek.filter': 'value.player == "V"' };
  assert.equal(
    topicCreateCommand(bootstrap, { name: 'k', partitions: -1, configs: filtered }),
    `odradek topic create k --from adverts --where 'value.player == "V"'`,
  );
  assert.equal(
    topicCreateCommand(bootstrap, { name: 'k', partitions: 3, configs: { 'retention.ms': '1' } }),
    'odradek topic create k -p 3 --config retention.ms=1',
  );
  assert.equal(
    configCommand(bootstrap, { type: 'topic', name: 'k' }, { 'retention.ms': '1', a: null }),
    'odradek config set topic k retention.ms=1 && odradek config delete topic k a',
  );
  const places = (offsets: readonly number[]) =>
    offsets.map((offset, partition) => ({ partition, offset }));
  assert.equal(
    deleteRecordsOfPartitions(bootstrap, 'k', places([-1, -1])),
    'odradek topic alter k --delete-records-before end',
  );
  assert.equal(deleteRecordsOfPartitions(bootstrap, 'k', places([1, 2])), null);
  assert.equal(
    configCommand(
      bootstrap,
      { type: 'group', name: 'g' },
      { 'consumer.session.timeout.ms': '50000' },
    ),
    'odradek config set group g consumer.session.timeout.ms=50000',
  );
});

test('groups: a reset has its line, and an id that is a pattern has none that deletes', () => {
  const reset = (to: string, dryRun: boolean) =>
    resetOffsetsCommand(bootstrap, 'billing', { topic: 'orders', partitions: [0, 2], to, dryRun });
  assert.equal(
    reset('shift:-10', true),
    'odradek group reset-offsets billing --shift-by -10 --topic orders:0,2',
  );
  assert.equal(
    reset('time:1700000000000', false),
    'odradek group reset-offsets billing --to @1700000000000 --topic orders:0,2 --execute',
  );
  assert.equal(groupDeleteCommand(bootstrap, 'every*'), null);
});

test('odradek understands every line, whatever names are like', async () => {
  for (const name of ['orders', '-orders', '--json', "o'r d$(x)`y`", 'größe']) {
    const lines: readonly (readonly [string | null, string])[] = [
      [topicDescribeCommand('b:1', name), 'topic describe'],
      [topicDeleteCommand('b:1', name), 'topic delete'],
      [topicPartitionsCommand('b:1', name, 4), 'topic alter'],
      [topicCreateCommand('b:1', { name, configs: { 'retention.ms': '-1' } }), 'topic create'],
      [groupDescribeCommand('b:1', name), 'group describe'],
      [groupDeleteCommand('b:1', name), 'group delete'],
      [
        resetOffsetsCommand('b:1', name, { topic: name, to: 'end', dryRun: true }),
        'group reset-offsets',
      ],
      [messages('order=offset&from=last:3', name), 'consume'],
      [messages('where=value.a == "-b"&order=tail', name), 'consume'],
      [
        topicCreateCommand('b:1', {
          name,
          configs: { 'odradek.source.topic': name, 'odradek.filter': '-1 < 2' },
        }),
        'topic create',
      ],
      [configCommand('b:1', { type: 'topic', name }, {}), 'config get'],
      [importCommand('b:1', name, name, false), 'produce'],
    ];
    for (const [line, command] of lines) {
      assert.ok(line !== null);
      const { command: heard, args } = await understood(line);
      assert.deepEqual([heard, args.at(-1)], [command, name], line);
    }
  }
  const topics = await understood(topicListCommand('b:1', parseTopicsQuery('query=ipl')));
  assert.deepEqual(topics, { command: 'topic list', args: ['*ipl*'] });
  const groups = await understood(groupListCommand('b:1', parseGroupsQuery('state=Empty')));
  assert.deepEqual(groups, { command: 'group list', args: [] });
});

test('why: each topic and group has its line once, all else the line of the cluster', async () => {
  const about = (kind: Why['subject']['kind'], name: string): Why => ({
    subject: { kind, name },
    severity: 'stopped',
    sentence: '',
    evidence: [],
    remedy: null,
    sinceMs: null,
  });
  const line = whyCommand(bootstrap, [
    about('member', 'billing'),
    about('topic', 'orders'),
    about('group', 'billing'),
    about('broker', '2'),
  ]);
  assert.equal(
    line,
    'odradek why group billing; odradek why topic orders; odradek cluster describe',
  );
  assert.equal(whyCommand(bootstrap, []), 'odradek cluster describe');
  const odd = whyCommand(bootstrap, [about('group', "it's `id`")]);
  assert.deepEqual(await understood(odd), { command: 'why group', args: ["it's `id`"] });
});

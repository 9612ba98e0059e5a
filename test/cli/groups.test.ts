/**
 * Goal: the command line shows groups as they are, resets their offsets as it says, and reads as a member that
 * shares with others and never stays behind.
 * Method: commands run in this process against a broker, over real sockets: ours, or with
 * `ODRADEK_TEST_BOOTSTRAP` another one, so that the same is seen of Apache Kafka.
 */
import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { startTarget, type Target } from '../compat/target.ts';
import { type FakeContext, fakeContext, fakeInput, run } from './fake-context.ts';

let target: Target;

before(async () => {
  target = await startTarget({ storage: 'memory' });
});

after(async () => {
  // A test that has failed leaves its members behind.
  for (const member of members) member.interrupt();
  await target.stop();
});

function context(...input: string[]): FakeContext {
  return fakeContext({
    environment: { ODRADEK_BOOTSTRAP: target.bootstrapServers },
    runtime: () => Promise.resolve(createNodeRuntime()),
    input: fakeInput(...input),
  });
}

async function odradek(
  words: string,
  ...input: string[]
): Promise<{ exitCode: number; out: string; err: string }> {
  return run(words.split(' '), context(...input));
}

/** What a command prints, which must succeed. */
async function output(words: string, ...input: string[]): Promise<string> {
  const { exitCode, out, err } = await odradek(words, ...input);
  strictEqual(exitCode, 0, `odradek ${words}: ${err}`);
  return out;
}

/** A topic with the values of each of its partitions. */
async function topicWith(word: string, ...partitions: readonly string[][]): Promise<string> {
  const topic = target.topicName(word);
  await output(`topic create ${topic} -p ${partitions.length}`);
  for (const [partition, values] of partitions.entries()) await write(topic, partition, ...values);
  return topic;
}

async function write(topic: string, partition: number, ...values: string[]): Promise<void> {
  if (values.length === 0) return;
  await output(`produce ${topic} -p ${partition}`, values.map((value) => `${value}\n`).join(''));
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** Asks until it is so; the test's own timeout bounds it. */
async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not within a minute: ${what}`);
    await sleep(20);
  }
}

/** All that have been started. */
const members = new Set<Member>();

/** A member that follows until it is interrupted. */
class Member {
  readonly #context = context();
  readonly #ended: Promise<{ exitCode: number; out: string; err: string }>;

  constructor(words: string) {
    this.#ended = run([...words.split(' '), '--follow'], this.#context);
    members.add(this);
  }

  interrupt(): void {
    this.#context.interrupt();
  }

  get lines(): string[] {
    return linesOf(this.#context.out.text());
  }

  /** Interrupts it; answers what it has printed. */
  async stop(): Promise<string[]> {
    this.interrupt();
    const { exitCode, err } = await this.#ended;
    deepStrictEqual([exitCode, err], [0, '']);
    return this.lines;
  }
}

interface Described {
  readonly groupId: string;
  readonly state: string;
  readonly type: string;
  readonly totalLag: number;
  readonly members: readonly { memberId: string; clientId: string; assignment: unknown[] }[];
  readonly partitions: readonly {
    topic: string;
    partition: number;
    committedOffset?: number;
    endOffset?: number;
    lag?: number;
    memberId?: string;
    clientId?: string;
  }[];
}

async function described(group: string): Promise<Described | undefined> {
  const { out } = await odradek(`group describe ${group} --json`);
  const [found] = JSON.parse(out) as [Described & { error?: string }];
  return found.error === undefined ? found : undefined;
}

async function committedOffsets(group: string): Promise<(number | undefined)[]> {
  return (await described(group))?.partitions.map(({ committedOffset }) => committedOffset) ?? [];
}

/** How many partitions each member has, once the group is settled with `count` members. */
async function settled(group: string, count: number): Promise<number[]> {
  let found: Described | undefined;
  await until(`${group} is settled with ${count} members`, async () => {
    found = await described(group);
    const isFull = found?.partitions.every(({ memberId }) => memberId !== undefined) === true;
    return found?.state === 'Stable' && found.members.length === count && isFull;
  });
  return (found?.members ?? [])
    .map(({ assignment }) => assignment.length)
    .toSorted((a, b) => a - b);
}

for (const protocol of ['classic', 'consumer']) {
  test(`${protocol}: members share a topic, one comes and goes, and each record is read once`, async () => {
    const topic = await topicWith('shared', ['0a'], ['1a'], ['2a'], ['3a']);
    const group = target.topicName('group');
    const words = `consume ${topic} --group ${group} --group-protocol ${protocol}`;
    const first = new Member(words);
    await until('the first has all', () => first.lines.length === 4);
    const second = new Member(words);
    deepStrictEqual(await settled(group, 2), [2, 2]);
    for (let partition = 0; partition < 4; partition++)
      await write(topic, partition, `${partition}b`);
    await until('both have read', () => first.lines.length + second.lines.length === 8);
    strictEqual(second.lines.length, 2);
    const third = new Member(words);
    deepStrictEqual(await settled(group, 3), [1, 1, 2]);
    for (let partition = 0; partition < 4; partition++)
      await write(topic, partition, `${partition}c`);
    const all = (): number => first.lines.length + second.lines.length + third.lines.length;
    await until('all have read', () => all() === 12);
    await third.stop();
    deepStrictEqual(await settled(group, 2), [2, 2]);
    for (let partition = 0; partition < 4; partition++)
      await write(topic, partition, `${partition}d`);
    await until('the two have read', () => all() === 16);
    const lines = [...(await first.stop()), ...(await second.stop()), ...third.lines];
    strictEqual(new Set(lines).size, 16, 'no record was read twice');
    deepStrictEqual(await committedOffsets(group), [4, 4, 4, 4]);
    strictEqual(await output(words), '', 'nothing is left for who comes later');
  });

  test(`${protocol}: two groups read the same topic in full, each from its own commits`, async () => {
    const topic = await topicWith('twice', ['a', 'b', 'c']);
    const [one, other] = [target.topicName('group'), target.topicName('group')];
    const read = async (group: string, more = ''): Promise<string[]> =>
      linesOf(await output(`consume ${topic} -g ${group} --group-protocol ${protocol}${more}`));
    deepStrictEqual(await read(one, ' --max 2'), ['a', 'b']);
    deepStrictEqual(await read(other), ['a', 'b', 'c']);
    deepStrictEqual(await read(one), ['c']);
    await write(topic, 0, 'd');
    deepStrictEqual(await read(one), ['d']);
    deepStrictEqual(await read(other, ' --from end'), ['d'], 'what is committed counts');
  });
}

test('a pattern follows topics that come to be, and each member reads its share of them', async () => {
  const prefix = target.topicName('ipl');
  const group = target.topicName('group');
  await output(`topic create ${prefix}-a`);
  await write(`${prefix}-a`, 0, 'a');
  const both = [1, 2].map(() => new Member(`consume ${prefix}-* --group ${group}`));
  const lines = (): string[] => both.flatMap((member) => member.lines);
  await until('the first topic is read', () => lines().length === 1);
  await output(`topic create ${prefix}-b -p 2`);
  await write(`${prefix}-b`, 0, 'b');
  await write(`${prefix}-b`, 1, 'c');
  await until('the second topic is read', () => lines().length === 3);
  for (const member of both) await member.stop();
  deepStrictEqual(lines().toSorted(), ['a', 'b', 'c']);
});

test('from the end where nothing is committed, and then on from there', async () => {
  const topic = await topicWith('late', ['old']);
  const group = target.topicName('group');
  strictEqual(await output(`consume ${topic} --group ${group} --from end`), '');
  await write(topic, 0, 'new');
  strictEqual(await output(`consume ${topic} --group ${group}`), 'new\n');
});

test('a member that finds no partition left says so', async () => {
  const topic = await topicWith('one', ['a']);
  const group = target.topicName('group');
  const member = new Member(`consume ${topic} --group ${group} --instance-id a`);
  await settled(group, 1);
  const { exitCode, out, err } = await odradek(`consume ${topic} --group ${group} --instance-id b`);
  deepStrictEqual([exitCode, out], [0, '']);
  match(err, /The other members of group .* have all partitions: none was left\./);
  await member.stop();
});

describe('group describe', () => {
  test('lag, owner and client of each partition, in a table and in JSON', async () => {
    const topic = await topicWith('lag', ['a', 'b', 'c'], ['d']);
    const group = target.topicName('group');
    await output(`consume ${topic} --group ${group} --max 4`);
    await write(topic, 1, 'e', 'f');
    const idle = await output(`group describe ${group}`);
    match(idle, new RegExp(`^${group}: Empty, classic protocol, .*0 members, lag 2\n`));
    match(idle, new RegExp(`${topic} +0 +3 +3 +0 +- +- +-\n${topic} +1 +1 +3 +2 +- +- +-\n$`));
    const member = new Member(`consume ${topic} --group ${group}`);
    await until('all is committed', async () => (await described(group))?.totalLag === 0);
    deepStrictEqual(await settled(group, 1), [2]);
    const live = await output(`group describe ${group}`);
    match(live, /: Stable, classic protocol, assignor range, 1 member, lag 0\n/);
    match(live, new RegExp(`${topic} +0 +3 +3 +0 +[0-9a-f]{8} +odradek-cli +127.0.0.1\n`));
    const [found] = JSON.parse(await output(`group describe ${group} --json`)) as [Described];
    const [owner] = found.members;
    deepStrictEqual(
      found.partitions.map(({ partition, committedOffset, endOffset, lag, memberId, clientId }) => [
        [partition, committedOffset, endOffset, lag],
        [memberId, clientId],
      ]),
      [
        [
          [0, 3, 3, 0],
          [owner?.memberId, 'odradek-cli'],
        ],
        [
          [1, 3, 3, 0],
          [owner?.memberId, 'odradek-cli'],
        ],
      ],
    );
    const members = await output(`group describe ${group} --members`);
    ok(members.includes(`${owner?.memberId}  -         odradek-cli  127.0.0.1           2    0\n`));
    await member.stop();
  });

  test('several groups by a pattern, and one that is not there, with the nearest', async () => {
    const topic = await topicWith('several', ['a']);
    const prefix = target.topicName('several');
    for (const name of ['one', 'two']) await output(`consume ${topic} --group ${prefix}-${name}`);
    const both = await output(`group describe ${prefix}-*`);
    match(both, new RegExp(`^${prefix}-one: (.*\n)+\n${prefix}-two: `));
    const { exitCode, out, err } = await odradek(`group describe ${prefix}-oen ${prefix}-two`);
    strictEqual(exitCode, 1);
    match(out, new RegExp(`^${prefix}-two: `), 'the other one is described all the same');
    strictEqual(err, `odradek: there is no group ${prefix}-oen; did you mean ${prefix}-one?\n`);
    const json = await odradek(`group describe ${prefix}-oen --json`);
    match(json.out, /"error": "UNKNOWN_GROUP"/);
    match((await odradek(`group describe ${prefix}-x*`)).err, /no group matches/);
  });
});

test('group list: all, by pattern, state and type, as names and in JSON', async () => {
  const topic = await topicWith('listed', ['a']);
  const prefix = target.topicName('listed');
  await output(`consume ${topic} --group ${prefix}-idle`);
  const member = new Member(`consume ${topic} --group ${prefix}-live --group-protocol consumer`);
  await settled(`${prefix}-live`, 1);
  match(await output('group list'), /^GROUP +STATE +TYPE +COORDINATOR\n/);
  const listed = async (words: string): Promise<string[]> =>
    linesOf(await output(`group list ${prefix}-* --names${words}`));
  deepStrictEqual(await listed(''), [`${prefix}-idle`, `${prefix}-live`]);
  deepStrictEqual(await listed(' --state Empty'), [`${prefix}-idle`]);
  deepStrictEqual(await listed(' --type consumer'), [`${prefix}-live`]);
  const [idle] = JSON.parse(await output(`group list ${prefix}-idle --json`)) as object[];
  deepStrictEqual(
    { ...idle, coordinatorId: undefined },
    {
      groupId: `${prefix}-idle`,
      protocolType: 'consumer',
      state: 'Empty',
      type: 'classic',
      coordinatorId: undefined,
    },
  );
  const none = await odradek(`group list ${prefix}-none`);
  deepStrictEqual([none.exitCode, none.out, none.err], [0, '', 'No group is like that.\n']);
  await member.stop();
});

test('group delete: not while it has members, then with all that it has committed', async () => {
  const topic = await topicWith('deleted', ['a'], ['b']);
  const group = target.topicName('group');
  const member = new Member(`consume ${topic} --group ${group}`);
  await settled(group, 1);
  for (const words of [`group delete ${group}`, `group reset-offsets ${group} --to end`]) {
    const refused = await odradek(words);
    strictEqual(refused.exitCode, 1);
    match(
      refused.err,
      /has 1 member \(odradek-cli at 127\.0\.0\.1\) and is Stable: they must stop/,
    );
  }
  await member.stop();
  strictEqual(
    await output(`group delete ${group} --topic ${topic}:1`),
    `${group}: 1 committed offset deleted\n`,
  );
  deepStrictEqual(await committedOffsets(group), [1]);
  strictEqual(await output(`group delete ${group}`), `${group} deleted\n`);
  const gone = await odradek(`group delete ${group}`);
  deepStrictEqual([gone.exitCode, gone.err], [1, `odradek: there is no group ${group}\n`]);
  strictEqual(await output(`group delete ${group} --if-exists`), `there was no group ${group}\n`);
  deepStrictEqual(JSON.parse(await output(`group delete ${group} --if-exists --json`)), [
    { groupId: group, deleted: false },
  ]);
  strictEqual(
    await output(`consume ${topic} --group ${group} --max 2`).then((out) => out.length),
    4,
  );
});

describe('group reset-offsets', () => {
  /** A group that has read a topic of two partitions with 5 and 3 records, written at the seconds of their offsets. */
  async function group(): Promise<{ topic: string; id: string }> {
    const topic = target.topicName('reset');
    await output(`topic create ${topic} -p 2 -c message.timestamp.type=CreateTime`);
    const lines = [5, 3].flatMap((count, partition) =>
      Array.from({ length: count }, (_, offset) =>
        JSON.stringify({ partition, value: String(offset), timestamp: startMs + offset * 1000 }),
      ),
    );
    await output(`produce ${topic} --json`, `${lines.join('\n')}\n`);
    const id = target.topicName('group');
    await output(`consume ${topic} --group ${id}`);
    return { topic, id };
  }
  const startMs = Date.now() - 3_600_000;
  const time = (offset: number): string => `@${startMs + offset * 1000}`;

  test('nothing is changed without --execute, and before and after are shown', async () => {
    const { topic, id } = await group();
    const { exitCode, out, err } = await odradek(`group reset-offsets ${id} --to beginning`);
    strictEqual(exitCode, 0);
    match(out, /^TOPIC +PARTITION +BEFORE +AFTER +BY +END\n/);
    match(out, new RegExp(`${topic} +0 +5 +0 +-5 +5\n${topic} +1 +3 +0 +-3 +3\n$`));
    strictEqual(err, 'Nothing was changed yet: --execute does it, in 2 partitions.\n');
    deepStrictEqual(await committedOffsets(id), [5, 3]);
    const done = await odradek(`group reset-offsets ${id} --to beginning --execute`);
    strictEqual(done.err, `Done: ${id} goes on from there in 2 partitions.\n`);
    deepStrictEqual(await committedOffsets(id), [0, 0]);
    strictEqual(linesOf(await output(`consume ${topic} --group ${id}`)).length, 8);
    const again = await odradek(`group reset-offsets ${id} --to end --execute`);
    strictEqual(again.err, 'There is nothing to change.\n');
  });

  test('to each kind of position, and by a shift', async () => {
    const { topic, id } = await group();
    const after = async (words: string): Promise<(number | undefined)[]> => {
      await output(`group reset-offsets ${id} --execute ${words}`);
      return committedOffsets(id);
    };
    deepStrictEqual(await after('--to beginning'), [0, 0]);
    deepStrictEqual(await after('--to latest'), [5, 3]);
    deepStrictEqual(await after('--to earliest'), [0, 0]);
    deepStrictEqual(await after('--to 2'), [2, 2]);
    deepStrictEqual(await after('--to -1'), [4, 2]);
    deepStrictEqual(await after('--shift-by -2'), [2, 0]);
    deepStrictEqual(await after('--shift-by 1'), [3, 1]);
    deepStrictEqual(await after(`--to ${time(1)}`), [1, 1]);
    deepStrictEqual(await after(`--to ${new Date(startMs + 1500).toISOString()}`), [2, 2]);
    deepStrictEqual(await after('--to 1m'), [5, 3], 'no record is as late: the end');
    deepStrictEqual(await after('--to 2h'), [0, 0]);
    deepStrictEqual(await after(`--to end --topic ${topic}:1`), [0, 3]);
    deepStrictEqual(await after(`--to 1 --topic ${topic}:0-1`), [1, 1]);
    deepStrictEqual(await after(`--to 0 --topic ${topic}`), [0, 0]);
  });

  test('offsets outside of the log are moved to its nearest end, and that is said', async () => {
    const { id } = await group();
    const out = await output(`group reset-offsets ${id} --to 4`);
    match(out, / 1 +3 +3 +0 +3 +not on to 4: the log ends here\n/);
    const shifted = await output(`group reset-offsets ${id} --shift-by -4 --json`);
    const { executed, partitions } = JSON.parse(shifted) as {
      executed: boolean;
      partitions: { before: number; after: number; note?: string }[];
    };
    strictEqual(executed, false);
    deepStrictEqual(
      partitions.map(({ before: offset, after: moved, note }) => [offset, moved, note]),
      [
        [5, 1, undefined],
        [3, 0, 'not back to -1: the log begins here'],
      ],
    );
  });

  test('with --topic a group need not be there yet; without a commit there is nothing to shift', async () => {
    const topic = await topicWith('fresh', ['a', 'b'], ['c']);
    const id = target.topicName('group');
    const words = `group reset-offsets ${id}`;
    match((await odradek(`${words} --to end`)).err, /there is no group/);
    match(
      await output(`${words} --shift-by 1 --topic ${topic}`),
      /nothing is committed that could be/,
    );
    await output(`${words} --to end --topic ${topic}:0 --execute`);
    strictEqual(await output(`consume ${topic} --group ${id}`), 'c\n');
  });

  test('words that make no sense are refused', async () => {
    const { topic, id } = await group();
    const refusals: readonly (readonly [words: string, exitCode: number, err: RegExp])[] = [
      ['', 2, /expected one of --to POSITION and --shift-by N/],
      ['--to end --shift-by 1', 2, /expected one of/],
      ['--to soon', 2, /--to soon: expected beginning/],
      ['--shift-by much', 2, /--shift-by much: expected a whole number\./],
      [`--to end --topic ${topic}:9`, 2, /expected partitions from 0 to 1/],
      [`--to end --topic ${topic}:x`, 2, /expected a topic, a pattern/],
      [`--to end --topic ${topic}:3-1`, 2, /expected a topic, a pattern/],
      ['--to end --topic no-such-topic', 1, /there is no topic no-such-topic/],
    ];
    for (const [words, exitCode, err] of refusals) {
      const refused = await odradek(`group reset-offsets ${id} ${words}`.trimEnd());
      deepStrictEqual([refused.exitCode, refused.out], [exitCode, ''], words);
      match(refused.err, err);
    }
  });
});

test('consume: what a group decides cannot be asked for beside it', async () => {
  for (const [words, err] of [
    ['consume t --group g --partition 0', /expected one of them, since the group shares out all/],
    ['consume t --group g --follow --until 5', /expected one of --follow and --until with --group/],
    ['consume t --instance-id i', /--instance-id: expected with --group/],
    ['consume t --group-protocol consumer', /--group-protocol: expected with --group/],
    ['consume t --group=', /expected the id of a group/],
  ] as const) {
    const refused = await odradek(words);
    strictEqual(refused.exitCode, 2, words);
    match(refused.err, err);
  }
  match((await odradek('consume no-such-topic --group g')).err, /there is no topic no-such-topic/);
});

test('the ids of groups are completed, behind commands and options', async () => {
  const topic = await topicWith('completed', ['a']);
  const group = target.topicName('completed');
  await output(`consume ${topic} --group ${group}`);
  for (const line of [
    ['group', 'describe', 'completed'],
    ['group', 'delete', 'completed'],
    ['consume', topic, '--group', 'completed'],
  ]) {
    const { out } = await run(['__complete', '--', ...line], context());
    ok(linesOf(out).includes(group), line.join(' '));
  }
  const { out } = await run(
    ['__complete', '--', 'group', 'reset-offsets', group, '--topic', topic],
    context(),
  );
  deepStrictEqual(linesOf(out), [topic]);
});

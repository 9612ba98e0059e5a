/**
 * Goal: each command does to a broker what it says, and tells it in text, in JSON and by its exit code.
 * Method: commands run in this process against a broker in memory, over real sockets.
 */
import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient } from '../../src/client/client.ts';
import { type Broker, createBroker } from '../../src/index.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { type FakeContext, fakeContext, fakeInput, run } from './fake-context.ts';

let broker: Broker;

before(async () => {
  broker = await createBroker({ storage: 'memory' });
});

after(() => broker.stop());

function context(options: Parameters<typeof fakeContext>[0] = {}): FakeContext {
  return fakeContext({
    environment: { ODRADEK_BOOTSTRAP: broker.bootstrapServers },
    runtime: () => Promise.resolve(createNodeRuntime()),
    ...options,
  });
}

async function odradek(
  words: string,
  ...input: string[]
): Promise<{ exitCode: number; out: string; err: string }> {
  return run(words.split(' '), context({ input: fakeInput(...input) }));
}

/** What a command prints, which must succeed. */
async function output(words: string, ...input: string[]): Promise<string> {
  const { exitCode, out, err } = await odradek(words, ...input);
  strictEqual(exitCode, 0, `odradek ${words}: ${err}`);
  return out;
}

test('topics: created, listed, described, altered and deleted', async () => {
  strictEqual(
    await output('topic create life --partitions 3 --config retention.ms=1000'),
    'life created with 3 partitions\n',
  );
  match(await output('topic list'), /^TOPIC +PARTITIONS +REPLICAS\n(.*\n)*life +3 +1\n/);
  strictEqual(await output('topic list lif* --names'), 'life\n');
  const described = await output('topic describe life');
  match(described, /^life, 3 partitions, 1 replica, id [\w-]{22}\n {2}retention\.ms=1000\n/);
  match(described, /PARTITION +LEADER +REPLICAS +IN SYNC +START +END +RECORDS +SIZE/);
  strictEqual(
    await output('topic alter life --partitions 5 --delete-config retention.ms'),
    'life: configuration changed, now 5 partitions\n',
  );
  const [topic] = JSON.parse(await output('topic describe life --json')) as {
    partitions: unknown[];
    configs: object;
  }[];
  deepStrictEqual([topic?.partitions.length, topic?.configs], [5, {}]);
  strictEqual(await output('topic delete life'), 'life deleted\n');
  strictEqual(await output('topic list life --names'), '');
});

test('filtered topics: made, listed, described, altered, and named before their source is deleted', async () => {
  await output('topic create adverts --partitions 2 --config retention.ms=1000');
  const where = 'value=="kohli"';
  const made = await output(`topic create adverts-kohli --from adverts --where ${where}`);
  strictEqual(made, 'adverts-kohli created with 2 partitions\n');
  match(await output('topic list adverts*'), /adverts-kohli +2 +1 +filtered from adverts\n/);
  const described = await output('topic describe adverts-kohli');
  match(described, /^adverts-kohli, 2 partitions, 1 replica, filtered from adverts, id /);
  match(described, /\n {2}odradek\.filter=value=="kohli"\nPARTITION/);
  // Where the source's offsets are; how many records it shows nobody has counted.
  match(described, /\n +0 +1 +1 +1 +0 +0 +- +-\n/);
  const [topic] = JSON.parse(await output('topic list adverts-kohli --json')) as object[];
  deepStrictEqual((topic as { filtered: object }).filtered, {
    sourceTopic: 'adverts',
    filter: where,
  });
  await output('topic alter adverts-kohli --where value=="dhoni"');
  match(await output('topic describe adverts-kohli'), /odradek\.filter=value=="dhoni"/);
  const bad = await odradek('topic alter adverts-kohli --where value==');
  strictEqual(bad.exitCode, 1);
  match(bad.err, /INVALID_CONFIG.*line 1, column/s);
  const refused = await odradek('topic delete adverts');
  strictEqual(refused.exitCode, 1);
  match(refused.err, /adverts is the source of adverts-kohli.*--yes/);
  strictEqual(
    await output('topic delete adverts --yes'),
    'adverts deleted, with its filtered topics adverts-kohli\n',
  );
  strictEqual(await output('topic list adverts* --names'), '');
});

test('topic create: --from without --where makes no sense', async () => {
  const { exitCode, err } = await odradek('topic create x --from adverts');
  strictEqual(exitCode, 2);
  match(err, /--from needs --where/);
});

test('topic create: an existing topic fails, or with --if-not-exists does not', async () => {
  await output('topic create twice');
  const again = await odradek('topic create twice fresh');
  strictEqual(again.exitCode, 1);
  match(again.err, /create topic twice: TOPIC_ALREADY_EXISTS/);
  match(again.out, /fresh created/, 'the other one is made all the same');
  match(await output('topic create twice --if-not-exists'), /twice is there already/);
});

test('topic list: without a match it says so, and not that there are no topics', async () => {
  await output('topic create listed');
  const { exitCode, out, err } = await odradek('topic list zzz* yyy');
  deepStrictEqual([exitCode, out, err], [0, '', 'No topic matches zzz* or yyy.\n']);
});

test('what was done to each topic is told in JSON', async () => {
  const done = async (words: string): Promise<unknown> => JSON.parse(await output(words));
  await output('topic create told');
  deepStrictEqual(await done('topic create told --if-not-exists --json'), [
    { name: 'told', created: false },
  ]);
  await output('produce told', '1\n2\n3\n');
  const words = '--config retention.ms=1 --delete-config segment.ms -p 2 --delete-records-before 2';
  deepStrictEqual(await done(`topic alter told ${words} --json`), [
    {
      name: 'told',
      altered: true,
      configs: { 'retention.ms': '1', 'segment.ms': null },
      partitions: 2,
      deletedRecords: 2,
    },
  ]);
  deepStrictEqual(await done('topic delete told gone --if-exists --json'), [
    { name: 'told', deleted: true },
    { name: 'gone', deleted: false },
  ]);
  strictEqual(await output('topic delete gone --if-exists'), 'there was no topic gone\n');
});

test('topic alter: a bad position is refused before anything is changed', async () => {
  await output('topic create untouched');
  const { exitCode, err } = await odradek(
    'topic alter untouched -p 3 --delete-records-before soon',
  );
  strictEqual(exitCode, 2);
  match(err, /--delete-records-before soon: expected beginning/);
  match(await output('topic list untouched'), /untouched +1 +1\n/);
});

test('a configuration key that is none is told with the nearest, whatever is done with it', async () => {
  await output('topic create keys');
  const commands = [
    'topic create others --config retntion.ms=1',
    'topic alter keys --config retntion.ms=1',
    'topic alter keys --delete-config retntion.ms',
    'config set topic keys retntion.ms=1',
    'config delete topic keys retntion.ms',
  ];
  for (const words of commands) {
    const { exitCode, err } = await odradek(words);
    strictEqual(exitCode, 1, words);
    match(err, /did you mean retention\.ms\?/, words);
  }
  const told = await odradek('config delete topic keys retntion.ms --json');
  match(told.out, /"error": "UNKNOWN_CONFIG"/);
});

test('topic create: --dry-run creates nothing', async () => {
  match(await output('topic create dry --dry-run'), /dry could be created/);
  strictEqual(await output('topic list dry --names'), '');
});

test('topic create --json: an object a topic, with what failed in it', async () => {
  const { exitCode, out } = await odradek('topic create json-one bad/name --json');
  strictEqual(exitCode, 1);
  const [good, bad] = JSON.parse(out) as Record<string, unknown>[];
  deepStrictEqual([good?.['name'], good?.['partitions']], ['json-one', 1]);
  deepStrictEqual([bad?.['name'], bad?.['error']], ['bad/name', 'INVALID_TOPIC_EXCEPTION']);
});

test('an unknown topic is an error that names the nearest', async () => {
  await output('topic create orders-of-today');
  const { exitCode, err } = await odradek('topic describe orders-of-todya');
  strictEqual(exitCode, 1);
  strictEqual(err, 'odradek: there is no topic orders-of-todya; did you mean orders-of-today?\n');
  match((await odradek('consume zzzzzzzz')).err, /odradek topic create zzzzzzzz makes it/);
  match((await odradek('topic delete zzzzzzzz')).err, /there is no topic zzzzzzzz/);
  strictEqual((await odradek('topic delete zzzzzzzz --if-exists')).exitCode, 0);
});

test('produce and consume: lines come back in the order of their times', async () => {
  await output('topic create lines --partitions 3');
  const { exitCode, err } = await odradek('produce lines', 'a\nb', 'c\n\n', 'd');
  strictEqual(exitCode, 0);
  strictEqual(err, '4 records written to lines (4 B)\n');
  strictEqual((await output('consume lines')).split('\n').toSorted().join(''), 'abcd');
});

test('produce: keys, tombstones, headers and partitions', async () => {
  await output('topic create keyed --partitions 2');
  await output('produce keyed -K : -p 1 -H h=1 -H h=2 --null-marker NULL', 'a:1\nb:NULL\nno key\n');
  strictEqual(
    await output('consume keyed --format %p|%k|%v|%h\\n --null-marker -'),
    '1|a|1|h=1,h=2\n1|b|-|h=1,h=2\n1|-|no key|h=1,h=2\n',
  );
  strictEqual(await output('consume keyed --key-separator = --max 1'), 'a=1\n');
});

test('JSON lines come back exactly as they were written, binary values and all', async () => {
  await output('topic create binary --partitions 2');
  await output('topic create copy --partitions 2');
  const lines = [
    { key: 'a', value: 'text', timestamp: 1000, partition: 1 },
    { key: null, value: null, timestamp: 1001, partition: 0 },
    { keyBase64: '/w==', valueBase64: 'gIGC', timestamp: 1002, partition: 1 },
    { key: 'h', value: '', timestamp: 1003, partition: 0, headers: [{ key: 'x', value: null }] },
  ];
  const input = lines.map((line) => `${JSON.stringify(line)}\n`).join('\n');
  await output('produce binary --json', input);
  const first = await output('consume binary --json');
  const records = first
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  deepStrictEqual(
    records.map((record) => ({ ...record, topic: undefined, offset: undefined })),
    lines.map((line) => ({ ...line, topic: undefined, offset: undefined })),
  );
  await output('produce copy --json -z zstd', first);
  strictEqual((await output('consume copy --json')).replaceAll('"copy"', '"binary"'), first);
});

test('produce: every codec and every acks, with a report in JSON', async () => {
  for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    for (const acks of ['0', '1', 'all']) {
      const out = await output(`produce codecs -z ${codec} --acks ${acks} --report json`, 'x\ny\n');
      deepStrictEqual(JSON.parse(out), { topics: ['codecs'], records: 2, failed: 0 });
    }
  }
});

test('produce: a bad line stops with its number and exit code 2, what stands before it is written', async () => {
  const { exitCode, err } = await odradek('produce bad-lines --json', '{"value":"a"}\nnonsense\n');
  strictEqual(exitCode, 2);
  match(err, /1 record written to bad-lines \(1 B\)\nodradek: line 2: not JSON/);
  strictEqual(await output('consume bad-lines'), 'a\n');
});

test('produce --json: a partition that is not there is told with what helps', async () => {
  await output('topic create narrow');
  const line = '{"value":"x","partition":3}\n';
  const { exitCode, err } = await odradek('produce narrow --json', line);
  strictEqual(exitCode, 2);
  match(err, /has no partition 3; it has 1.*\nWith --repartition keys decide/);
  await output('produce narrow --json --repartition', line);
});

test('produce --file reads a file, and a partition that is not there is told', async () => {
  await output('topic create from-file');
  const files = { 'records.txt': fakeInput('one\ntwo\n') };
  const done = await run(['produce', 'from-file', '--file', 'records.txt'], context({ files }));
  match(done.err, /2 records written to from-file/);
  const bad = await odradek('produce from-file -p 9', 'x\n');
  match(bad.err, /topic from-file has no partition 9; it has 1/);
  strictEqual(bad.exitCode === 0, false);
});

test('a large input goes through with little memory, and comes out whole', async () => {
  await output('topic create large --partitions 4');
  const lines = Array.from({ length: 50_000 }, (_, index) => `line ${index}\n`);
  const chunks = Array.from({ length: 10 }, (_, part) =>
    lines.slice(part * 5000, (part + 1) * 5000).join(''),
  );
  await output('produce large -z lz4', ...chunks);
  const read = (await output('consume large')).split('\n').filter((line) => line !== '');
  strictEqual(read.length, 50_000);
  strictEqual(new Set(read).size, 50_000);
});

test('consume: from and until, by offset, count and time', async () => {
  await output('topic create ranges');
  const lines = [1, 2, 3, 4, 5].map((n) => `{"value":"${n}","timestamp":${n * 1000}}\n`);
  await output('produce ranges --json', ...lines);
  const read = async (options: string): Promise<string> =>
    (await output(`consume ranges ${options} --format %v`)).trim();
  strictEqual(await read('--from 3'), '45');
  strictEqual(await read('--from -2'), '45');
  strictEqual(await read('--until 2'), '12');
  strictEqual(await read('--from @2000 --until @4000'), '23');
  strictEqual(await read('--from end'), '');
  strictEqual(await read('--max 3'), '123');
  strictEqual(await read('--from 1 --until 100 --max 2'), '23');
});

test('consume: several topics and a wildcard', async () => {
  for (const name of ['ipl-a', 'ipl-b', 'other']) await output(`produce ${name}`, `${name}\n`);
  const wild = (await output('consume ipl*')).trim().split('\n');
  deepStrictEqual(wild.toSorted(), ['ipl-a', 'ipl-b']);
  const named = (await output('consume ipl-a other')).trim().split('\n');
  deepStrictEqual(named.toSorted(), ['ipl-a', 'other']);
  match((await odradek('consume nothing-like-it*')).err, /no topic matches nothing-like-it\*/);
});

test('consume --follow goes on until it is interrupted, which is no failure', async () => {
  await output('produce followed', 'before\n');
  const following = context();
  const running = run(['consume', 'followed', '--follow'], following);
  await output('produce followed', 'after\n');
  while (!following.out.text().includes('after')) await new Promise(setImmediate);
  following.interrupt();
  const { exitCode, out } = await running;
  strictEqual(exitCode, 0);
  strictEqual(out, 'before\nafter\n');
});

test('consume --follow with a wildcard reads a topic that is made after it began', async () => {
  const following = context();
  const running = run(['consume', 'made-later*', '--follow'], following);
  while (following.err.text() === '') await new Promise(setImmediate);
  await output('topic create made-later-1 -p 2');
  await output('produce made-later-1 -p 1', 'here\n');
  while (following.out.text() === '') await new Promise(setImmediate);
  following.interrupt();
  deepStrictEqual(await running, {
    exitCode: 0,
    out: 'here\n',
    err: 'No such topic yet: waiting for one.\n',
  });
});

test('consume ends quietly when nobody reads any more', async () => {
  await output('produce piped', 'x\n'.repeat(5000));
  const broken = context();
  broken.out.close();
  deepStrictEqual(await run(['consume', 'piped', '--follow'], broken), {
    exitCode: 0,
    out: 'x\n'.repeat(1000),
    err: '',
  });
});

test('config: got, set and deleted, for topics, brokers and groups', async () => {
  await output('topic create configured');
  match((await odradek('config get topic configured')).err, /Nothing was set/);
  strictEqual(
    await output('config set topic configured retention.ms=5 cleanup.policy=compact'),
    '2 values of topic configured set\n',
  );
  strictEqual(await output('config get topic configured retention.ms --value'), '5\n');
  match(await output('config get topic configured'), /retention\.ms +5 +topic\n/);
  match(await output('config get topic configured --all'), /segment\.bytes +1073741824 +default/);
  match(
    await output('config delete topic configured retention.ms'),
    /retention\.ms of topic configured returned to the default/,
  );
  const [entry] = JSON.parse(
    await output('config get topic configured cleanup.policy --json'),
  ) as Record<string, unknown>[];
  deepStrictEqual([entry?.['value'], entry?.['source']], ['compact', 'DYNAMIC_TOPIC_CONFIG']);
  match(await output(`config get broker ${broker.nodeId} listeners`), /listeners +PLAINTEXT/);
  strictEqual(
    await output('config set group readers consumer.session.timeout.ms=50000'),
    '1 value of group readers set\n',
  );
  match(await output('config get group readers'), /consumer\.session\.timeout\.ms +50000 +group\n/);
  match(
    (await odradek('config set group readers session.timeout=1')).err,
    /there is no key session\.timeout/,
  );
});

test('config: bad values, keys and resources are told apart', async () => {
  await output('topic create strict');
  const value = await odradek('config set topic strict retention.ms=soon');
  strictEqual(value.exitCode, 1);
  match(value.err, /INVALID_CONFIG/);
  match(
    (await odradek('config get topic strict retentionms')).err,
    /there is no key retentionms; did you mean retention\.ms\?/,
  );
  const resource = await odradek('config get queue strict');
  strictEqual(resource.exitCode, 2);
  match(resource.err, /expected one of topic, broker, group/);
  strictEqual((await odradek('config get topic no-such-topic')).exitCode, 1);
  strictEqual((await odradek('config set topic strict')).exitCode, 2);
});

test('topic alter: old records are deleted', async () => {
  await output('topic create trimmed');
  await output('produce trimmed', '1\n2\n3\n4\n');
  strictEqual(
    await output('topic alter trimmed --delete-records-before -1'),
    'trimmed: 3 records deleted\n',
  );
  strictEqual(await output('consume trimmed'), '4\n');
  strictEqual((await odradek('topic alter trimmed')).exitCode, 2);
});

test('without a broker the message says what can be done', async () => {
  const { exitCode, err } = await odradek('topic list -b 127.0.0.1:1');
  strictEqual(exitCode, 1);
  match(err, /127\.0\.0\.1:1/);
  match(err, /odradek start runs one, --bootstrap-server names another/);
  strictEqual((await odradek('topic list -b nonsense')).exitCode, 2);
});

test('completion: commands, options, choices and topics', async () => {
  await output('topic create completed-topic');
  const complete = async (...words: string[]): Promise<string[]> =>
    (await run(['__complete', '--', ...words], context())).out.trim().split('\n');
  deepStrictEqual(await complete('top'), ['topic']);
  deepStrictEqual(await complete('topic', 'de'), ['describe', 'delete']);
  deepStrictEqual(await complete('produce', '--comp'), ['--compression']);
  deepStrictEqual(await complete('produce', '--compression', 'z'), ['zstd']);
  deepStrictEqual(await complete('consume', 'completed'), ['completed-topic']);
  deepStrictEqual(await complete('consume', '--max', '3', 'completed'), ['completed-topic']);
  deepStrictEqual(await complete('config', 'get', 'topic', 'completed'), ['completed-topic']);
  deepStrictEqual(await complete('config', 'get', ''), ['topic', 'broker', 'group']);
  const committed = [{ topic: 'completed-topic', partition: 0, offset: 0 }];
  const client = createClient({ bootstrapServers: broker.bootstrapServers }, createNodeRuntime());
  await client.admin.alterGroupOffsets('completed-group', committed);
  client.close();
  deepStrictEqual(await complete('config', 'get', 'group', 'completed'), ['completed-group']);
  deepStrictEqual(await complete('nonsense', ''), ['']);
  const silent = await run(['__complete', '--', 'consume', '-b', '127.0.0.1:1', ''], context());
  deepStrictEqual(silent, { exitCode: 0, out: '', err: '' });
});

for (const shell of ['bash', 'zsh', 'fish']) {
  test(`completion ${shell} prints a script that asks odradek`, async () => {
    match(await output(`completion ${shell}`), /odradek __complete -- /);
  });
}

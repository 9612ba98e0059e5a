/**
 * Goal: `odradek consume --where` prints what matches, counts the rest, and points at mistakes.
 * Method: commands run in this process against a broker in memory, over real sockets.
 */
import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Broker, createBroker } from '../../src/index.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { fakeContext, fakeInput, run } from './fake-context.ts';

let broker: Broker;

before(async () => {
  broker = await createBroker({ storage: 'memory', topics: { adverts: 1, grouped: 1, large: 1 } });
  const lines = [
    'kohli:{"player":"ViratKohli","price":12}',
    'sharma:{"player":"RohitSharma","price":9007199254740993}',
    'kohli:{"player":"ViratKohli"}',
    'plain:no JSON at all',
  ];
  for (const topic of ['adverts', 'grouped']) {
    const done = await odradek(['produce', topic, '-K', ':'], `${lines.join('\n')}\n`);
    strictEqual(done.exitCode, 0, done.err);
  }
});

after(() => broker.stop());

async function odradek(
  words: readonly string[],
  ...input: string[]
): Promise<{ exitCode: number; out: string; err: string }> {
  const context = fakeContext({
    environment: { ODRADEK_BOOTSTRAP: broker.bootstrapServers },
    runtime: () => Promise.resolve(createNodeRuntime()),
    input: fakeInput(...input),
  });
  return run(words, context);
}

function consume(where: string, ...more: string[]) {
  return odradek(['consume', 'adverts', '--format', '%o\\n', '--where', where, ...more]);
}

test('consume --where prints what matches and says how much that was', async () => {
  deepStrictEqual(await consume('key == "kohli" && offset > 0'), {
    exitCode: 0,
    out: '2\n',
    err: '1 of 4 records matched.\n',
  });
  strictEqual((await consume('value.price == 9007199254740993')).out, '1\n');
  strictEqual((await consume('type(value) == string')).out, '3\n');
  strictEqual((await consume('false')).out, '');
});

test('consume --where says on how many records the filter had no answer, and why', async () => {
  const { out, err } = await consume('value.price < 100');
  strictEqual(out, '0\n');
  match(err, /^1 of 4 records matched\.\nOn 2 records the filter failed, the last time by .+\.\n$/);
});

test('consume --where --max counts what matches', async () => {
  const { out, err } = await consume('key == "kohli"', '--max', '1');
  strictEqual(out, '0\n');
  strictEqual(err, '1 of 1 record matched.\n');
  strictEqual((await consume('key == "kohli"', '--max', '2')).out, '0\n2\n');
});

test('consume --where refuses a bad filter with the place, before it connects', async () => {
  const { exitCode, out, err } = await odradek([
    'consume',
    'adverts',
    '--bootstrap-server',
    '127.0.0.1:1',
    '--where',
    'value.price > 10 && ke == "a"',
  ]);
  deepStrictEqual([exitCode, out], [2, '']);
  strictEqual(
    err,
    'odradek: the filter is not valid at line 1, column 21: there is no variable ke; did you mean key?\n' +
      '  value.price > 10 && ke == "a"\n' +
      '                      ^\n',
  );
});

test('consume --where in a group commits what was looked at, matching or not', async () => {
  const words = ['consume', 'grouped', '--group', 'fans', '--where', 'key == "sharma"'];
  match((await odradek(words)).out, /RohitSharma/);
  strictEqual((await odradek(words)).err, '0 of 0 records matched.\n');
});

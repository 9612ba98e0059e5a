// Goal: tidy can fail. Method: a small tree that is clean, then the same tree with one violation planted;
// the rule it breaks must say so, at its place, and no other rule may speak.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryFolder } from '../../tools/run-command.ts';
import { hasCircle } from '../../tools/tidy/cycles.ts';
import { judgeTree, rules } from '../../tools/tidy/judge-tree.ts';
import { layers } from '../../tools/tidy/layers.ts';

type Files = Readonly<Record<string, string>>;

const cleanTree: Files = {
  'src/util/sum.ts':
    '/** Adds. */\nexport function sum(a: number, b: number): number {\n  return a + b;\n}\n',
  'src/records/total.ts':
    "import { sum } from '../util/sum.ts';\n\n/** All of them. */\nexport const total = sum(1, 2);\n",
  'test/util/sum.test.ts':
    "import { test } from 'node:test';\ntest('one and one are two', () => {});\n",
};

function judge(planted: Files, judges = rules([])) {
  return judgeTree(new Map(Object.entries({ ...cleanTree, ...planted })), judges);
}

function documented(declaration: string): string {
  return `/** What it is for. */\nexport ${declaration}\n`;
}

const oneLine = (text: string) => text.trim().replaceAll(/\s+/g, ' ').slice(0, 60);
const manyLines = (count: number) => '  // a line\n'.repeat(count);

/** What is planted, by the rule that must find it; each is a whole file at a path. */
const plants: readonly (readonly [rule: string, path: string, text: string, line?: number])[] = [
  ['layers', 'src/util/up.ts', "import { limits } from '../config/limits.ts';\n"],
  ['layers', 'src/storage/wire.ts', "import type { X } from '../protocol/x.ts';\nlet x: X;\n"],
  ['layers', 'src/storage/wire.ts', "const x = () => import('../protocol/x.ts');\n"],
  ['layers', 'src/storage/wire.ts', "type X = import('../protocol/x.ts').X;\n"],
  ['layers', 'src/protocol/node.ts', "import '../runtime/runtime.ts';\n"],
  ['layers', 'src/broker/node.ts', "import '../runtime/node/node-runtime.ts';\n"],
  ['layers', 'src/metadata/store.ts', "import './embedded/embedded-store.ts';\n"],
  ['layers', 'src/coordinator/group/group.ts', "import '../../runtime/runtime.ts';\n"],
  ['layers', 'src/apis/01-fetch.ts', "/** Versions 4-18. */\nimport '../client/client.ts';\n", 2],
  ['layers', 'src/index.ts', "import './cli/main.ts';\n"],
  ['layers', 'src/util/outside.ts', "import '../../test/util/sum.test.ts';\n"],
  ['layers', 'src/elsewhere/thing.ts', '// in no folder of the table\n'],
  ['layers', 'src/stray.ts', '// beside index.ts\n'],

  ['console', 'console/src/app/up.ts', "import { sum } from '../../../src/util/sum.ts';\n"],
  ['console', 'console/src/app/up.ts', "import type { S } from '../../../src/util/sum.ts';\n"],
  [
    'console',
    'console/src/app/a.tsx',
    'const a = <b dangerouslySetInnerHTML={{ __html: x }} />;\n',
  ],
  ['console', 'console/src/app/a.ts', 'element.innerHTML = value;\n'],
  ['docstrings', 'console/src/app/a.tsx', 'export function A() {\n  return <b />;\n}\n'],
  ['file-names', 'console/src/app/BigThing.tsx', '// a file\n'],

  ['runtime-door', 'src/storage/now.ts', 'const nowMs = Date.now();\n'],
  ['runtime-door', 'src/storage/now.ts', 'const now = new Date();\n'],
  ['runtime-door', 'src/storage/now.ts', 'const ms = performance.now();\n'],
  ['runtime-door', 'src/storage/chance.ts', 'const x = Math.random();\n'],
  ['runtime-door', 'src/storage/chance.ts', "import { randomUUID } from 'node:crypto';\n"],
  ['runtime-door', 'src/storage/chance.ts', "import * as crypto from 'node:crypto';\n"],
  ['runtime-door', 'src/storage/chance.ts', 'const id = crypto.randomUUID();\n'],
  ['runtime-door', 'src/storage/timer.ts', 'setTimeout(() => {}, 1);\n'],
  ['runtime-door', 'src/storage/timer.ts', 'const options = { later: setImmediate };\n'],
  ['runtime-door', 'src/storage/timer.ts', 'const options = { queueMicrotask };\n'],
  ['runtime-door', 'src/storage/timer.ts', 'process.nextTick(() => {});\n'],
  ['runtime-door', 'src/storage/timer.ts', 'const signal = AbortSignal.timeout(5);\n'],
  ['runtime-door', 'src/storage/file.ts', "import { readFileSync } from 'node:fs';\n"],
  ['runtime-door', 'src/storage/file.ts', "const fs = () => import('node:fs/promises');\n"],
  ['runtime-door', 'src/broker/socket.ts', "import { createServer } from 'node:net';\n"],
  ['runtime-door', 'src/broker/socket.ts', "import { createServer } from 'node:http';\n"],
  ['runtime-door', 'src/storage/thread.ts', "import { Worker } from 'node:worker_threads';\n"],
  ['runtime-door', 'src/records/zip.ts', "import { gzip } from 'node:zlib';\n"],
  ['runtime-door', 'src/storage/zip.ts', "import { gzipSync } from 'node:zlib';\n"],
  ['runtime-door', 'src/broker/environment.ts', 'const home = process.env;\n'],
  ['runtime-door', 'src/broker/say.ts', "console.log('hello');\n"],

  ['runtime-door', 'src/storage/worker.ts', 'const url = import.meta.url;\n'],

  ['await', 'src/storage/top.ts', 'await Promise.resolve();\n'],
  ['await', 'src/storage/top.ts', 'for await (const x of []) x;\n'],
  ['await', 'src/controller/elect.ts', 'const elect = async () => 1;\n'],
  ['await', 'src/coordinator/group/join.ts', 'let later: Promise<number>;\n'],

  ['plain-types', 'src/util/color.ts', 'enum Color { Red }\n'],
  ['plain-types', 'test/util/color.test.ts', 'enum Color { Red }\n'],
  ['plain-types', 'src/util/space.ts', 'namespace Space { const x = 1; }\n'],
  [
    'plain-types',
    'src/util/point.ts',
    'class Point {\n  constructor(readonly x: number) {}\n}\n',
    2,
  ],
  ['plain-types', 'src/util/marked.ts', '@marked\nclass Marked {}\n'],
  ['plain-types', 'src/util/heir.ts', 'class Heir extends Map {}\n'],

  ['realms', 'src/storage/caught.ts', 'const is = (x: unknown) => x instanceof Error;\n'],

  ['named-exports', 'src/util/one.ts', 'export default 1;\n'],
  ['named-exports', 'tools/one.ts', 'const one = 1;\nexport { one as default };\n', 2],
  ['named-exports', 'src/records/barrel.ts', "export { total } from './total.ts';\n"],
  ['named-exports', 'src/records/barrel.ts', "export * from './total.ts';\n"],

  ['docstrings', 'src/util/bare.ts', 'export const bare = 1;\n'],
  ['docstrings', 'src/util/bare.ts', '// no docstring\nexport function bare() {}\n', 2],
  ['docstrings', 'src/util/bare.ts', '/** Of something else. */\n\nexport const bare = 1;\n', 3],
  ['docstrings', 'src/util/bare.ts', `${documented('const a = 1;')}\nexport const bare = 1;\n`, 4],

  ['lengths', 'src/util/long.ts', manyLines(501)],
  ['lengths', 'src/util/long.ts', `\nfunction long() {\n${manyLines(59)}}\n`, 2],
  ['lengths', 'src/util/long.ts', `\nclass A {\n  long() {\n${manyLines(59)}}\n}\n`, 3],

  ['file-names', 'src/util/camelCase.ts', '\n'],
  ['file-names', 'test/Util/sum.test.ts', '\n'],
  ['test-names', 'test/util/short.test.ts', "test('adds', () => {});\n"],
  [
    'test-names',
    'test/util/short.test.ts',
    "describe('x', () => {\n  it('adds', () => {});\n});\n",
    2,
  ],
  ['test-names', 'test/util/alone.test.ts', "test.only('this one stands alone', () => {});\n"],

  ['api-heads', 'src/apis/00-produce.ts', documented('const produce = 1;')],
  ['format-pages', 'src/storage/index-format.ts', documented('const entryBytes = 8;')],
  ['format-pages', 'docs/formats/orphan.md', '# A page without a file\n'],
  ['hot-paths', 'src/util/hot.ts', '// HOT: bench=no-such\n'],
  ['hot-paths', 'src/util/hot.ts', '\n// HOT, very\n', 2],
  ['dead-links', 'src/util/see.ts', '/* See docs/decisions/9999-nothing.md. */\n'],
  ['dead-links', 'docs/page.md', '# Page\n\n[gone](gone.md)\n', 3],
  ['machine-folders', 'docs/page.md', `Data is in ${['', 'home', 'ann', 'data'].join('/')}.\n`],
];

test('a tree that keeps the rules has no violation', () => {
  assert.deepEqual(judge({}), []);
});

for (const [rule, path, text, line = 1] of plants) {
  test(`tidy finds what is planted against ${rule}: ${oneLine(text)} in ${path}`, () => {
    const found = judge({ [path]: text }).map((one) => ({
      rule: one.rule,
      path: one.path,
      line: one.line,
    }));
    assert.deepEqual(found, [{ rule, path, line }]);
  });
}

test('every rule has a violation planted against it', () => {
  const planted = new Set([...plants.map(([rule]) => rule), 'cycles']);
  assert.deepEqual(
    rules()
      .map(({ name }) => name)
      .filter((name) => !planted.has(name)),
    [],
  );
});

test('a circle of files is found, also when types close it', () => {
  const found = judge({
    'src/util/a.ts': "import { b } from './b.ts';\nb();\n",
    'src/util/b.ts': "import { c } from './c.ts';\nc();\n",
    'src/util/c.ts': "import type { A } from './a.ts';\nlet a: A;\n",
  });
  assert.deepEqual(
    found.map(({ rule }) => rule),
    ['cycles'],
  );
  assert.match(
    found[0]?.message ?? '',
    /a\.ts → src\/util\/b\.ts → src\/util\/c\.ts → src\/util\/a\.ts/,
  );
});

test('a circle of folders is found where no file stands in one', () => {
  const found = judge({
    'src/storage/index/offset.ts': "import '../segment/segment.ts';\n",
    'src/storage/index/entry.ts': '\n',
    'src/storage/segment/segment.ts': '\n',
    'src/storage/segment/roll.ts': "import '../index/entry.ts';\n",
  });
  assert.deepEqual(
    found.map(({ rule, path }) => ({ rule, path })),
    [{ rule: 'cycles', path: 'src/storage/segment/roll.ts' }],
  );
});

test('a folder and one inside it may import each other', () => {
  const found = judge({
    'src/protocol/schema.ts': '\n',
    'src/protocol/messages/fetch.ts': "import '../schema.ts';\n",
    'src/protocol/all.ts': "import './messages/fetch.ts';\n",
  });
  assert.deepEqual(found, []);
});

test('the table of layers leads nowhere back to where it began', () => {
  assert.equal(hasCircle(layers), false);
  assert.equal(hasCircle({ a: ['b'], b: ['a'] }), true);
});

test('docs/ARCHITECTURE.md has the table of layers as it is held', () => {
  const page = readFileSync(join(repositoryFolder, 'docs', 'ARCHITECTURE.md'), 'utf8');
  const [, section = ''] = page.split('## May import');
  const names = (cell = '') => Array.from(cell.matchAll(/`([\w/-]+)`/g), ([, name]) => name);
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|'))
    .map(([, unit, others]): [string, unknown] => [String(names(unit)[0]), names(others)]);
  assert.deepEqual(Object.fromEntries(rows), layers);
});

/** What keeps the rules though it looks like a violation. */
const innocent: readonly (readonly [path: string, text: string])[] = [
  ['src/runtime/node/clock.ts', 'const nowMs = Date.now();\nsetTimeout(() => {}, nowMs);\n'],
  ['src/records/zip.ts', "import { gzipSync, constants } from 'node:zlib';\n"],
  ['src/util/hash.ts', "import { createHash } from 'node:crypto';\n"],
  ['src/cli/main.ts', "process.exitCode = 1;\nconsole.log('hello');\n"],
  ['src/index.ts', 'const url = import.meta.url;\n'],
  ['src/records/codec.ts', 'const load = createRequire(import.meta.url);\n'],
  ['src/admin/server.ts', "import { createServer } from 'node:http';\n"],
  [
    'src/util/words.ts',
    "// setTimeout(Date.now())\nconst text = 'process.env and Math.random()';\n",
  ],
  ['src/util/date.ts', 'const text = (ms: number) => new Date(ms).toISOString();\n'],
  ['src/util/member.ts', 'const x = { fetch: 1, setTimeout() {} };\nx.fetch;\nx.setTimeout();\n'],
  [
    'src/util/own.ts',
    'function fetch() {}\nconst run = (process: () => void) => process();\nfetch();\n',
  ],
  ['src/util/typed.ts', "import type { Server } from 'node:net';\nlet s: Server;\n"],
  [
    'src/coordinator/runtime/loader.ts',
    "import '../../runtime/runtime.ts';\nconst f = async () => {};\n",
  ],
  ['src/cli/caught.ts', 'const is = (x: unknown) => x instanceof Error;\n'],
  ['src/util/bytes.ts', 'const is = (x: unknown) => x instanceof Uint8Array;\n'],
  ['src/util/failure.ts', 'class Failure extends Error {}\n'],
  ['src/util/pair.ts', `${documented("const kinds = ['a'] as const;")}export type Kind = 'a';\n`],
  ['src/util/late.ts', 'const run = async () => {\n  await null;\n};\n'],
  ['src/index.ts', "export { total } from './records/total.ts';\n"],
  ['test/util/long.test.ts', `test('a long story is told', () => {\n${manyLines(100)}});\n`],
];

for (const [path, text] of innocent) {
  test(`tidy lets pass in ${path}: ${oneLine(text)}`, () => {
    assert.deepEqual(judge({ [path]: text }), []);
  });
}

test('an exception lets one file be long, up to its own bound, and must be needed', () => {
  const exception = { path: 'src/util/long.ts', linesMax: 550, reason: 'a table' };
  assert.deepEqual(judge({ 'src/util/long.ts': manyLines(540) }, rules([exception])), []);
  const tooLong = judge({ 'src/util/long.ts': manyLines(560) }, rules([exception]));
  assert.match(tooLong[0]?.message ?? '', /560 lines, more than 550/);
  const unneeded = judge({ 'src/util/long.ts': manyLines(40) }, rules([exception]));
  assert.match(unneeded[0]?.message ?? '', /not needed/);
});

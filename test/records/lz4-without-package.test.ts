/** As where `lz4-napi` is not installed: every test file has a process of its own. */
import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';
import { compress, decompress } from '../../src/records/compression.ts';

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier === 'lz4-napi') throw new Error('not installed');
    return nextResolve(specifier, context);
  },
});

const content = new TextEncoder().encode('all work and no play '.repeat(50));
const missing = { code: 'MISSING_PACKAGE', package: 'lz4-napi', neededFor: 'lz4 compression' };

test('lz4 without its package: level 9 cannot compress, the others can', () => {
  assert.throws(() => compress('lz4', content), { details: missing });
  assert.throws(() => compress('lz4', content, 9), { details: missing });
  for (const level of [1, 8, 10, 17]) assert.ok(compress('lz4', content, level).length < 100);
});

test('lz4 without its package: what was compressed here cannot be read here', () => {
  const frame = compress('lz4', content, 17);
  const read = (): unknown => decompress('lz4', [frame], { maxBytes: content.length });
  assert.throws(read, { details: missing });
});

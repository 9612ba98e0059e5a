import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteBudget, ChunkedBytes } from '../../../src/runtime/file-tree/chunked-bytes.ts';

const seed = Number(process.env['ODRADEK_SEED'] ?? 7);

test(`writes, reads and truncations agree with a plain array (seed ${seed})`, () => {
  const position = fc.oneof(fc.nat(600), fc.nat(200_000), fc.constantFrom(65_535, 65_536, 131_072));
  const size = fc.oneof(fc.nat(300), fc.nat(150_000));
  const action = fc.oneof(
    fc.record({ kind: fc.constant('write' as const), position, size, value: fc.nat(255) }),
    fc.record({ kind: fc.constant('truncate' as const), position, size, value: fc.nat(255) }),
    fc.record({ kind: fc.constant('read' as const), position, size, value: fc.nat(255) }),
  );
  const property = fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
    const budget = new ByteBudget(1e9);
    const content = new ChunkedBytes(budget);
    const model = new Uint8Array(400_000);
    let modelSize = 0;
    for (const { kind, position: at, size: count, value } of actions) {
      if (kind === 'write') {
        assert.equal(content.write(new Uint8Array(count).fill(value), at), count);
        model.fill(value, at, at + count);
        if (count > 0) modelSize = Math.max(modelSize, at + count);
      } else if (kind === 'truncate') {
        content.truncate(at);
        model.fill(0, at);
        modelSize = at;
      } else {
        const target = new Uint8Array(count).fill(99);
        const got = content.read(target, at);
        assert.equal(got, Math.max(0, Math.min(count, modelSize - at)));
        assert.deepEqual(target.subarray(0, got), model.subarray(at, at + got));
      }
      assert.equal(content.sizeBytes, modelSize);
    }
    content.truncate(0);
    assert.equal(budget.leftBytes, 1e9, 'all is given back');
  });
  fc.assert(property, { seed, numRuns: 60 });
});

test('a small file takes little, and a hole takes nothing', () => {
  const budget = new ByteBudget(1_000_000);
  const content = new ChunkedBytes(budget);
  content.write(new Uint8Array(10), 0);
  assert.ok(1_000_000 - budget.leftBytes <= 1024);
  content.truncate(10_000_000);
  assert.ok(1_000_000 - budget.leftBytes <= 1024);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { changeBytes, planCommits } from '../../src/metadata/plan-commits.ts';
import { storeLimits } from '../../src/metadata/store.ts';
import { holds } from '../config/property.ts';

test('commits keep to the limits, keep the order, and compare what their changes depend on', () => {
  const change = fc.record({
    size: fc.nat(300_000),
    ifRevision: fc.option(fc.nat(10), { nil: undefined }),
  });
  holds(
    fc.property(fc.array(change, { maxLength: 300 }), (asked) => {
      const changes = asked.map(({ size, ifRevision }, i) => ({
        key: `k${i}`,
        value: new Uint8Array(size),
        ...(ifRevision === undefined ? {} : { ifRevision }),
      }));
      const commits = planCommits(changes, [{ key: 'guard', revision: 7 }]);
      assert.deepEqual(
        commits.flatMap((commit) => commit.changes.map(({ key }) => key)),
        changes.map(({ key }) => key),
      );
      for (const commit of commits) {
        assert.ok(commit.changes.length <= storeLimits.changesMax);
        const bytes = commit.changes.reduce((total, one) => total + changeBytes(one), 0);
        assert.ok(bytes <= storeLimits.bytesMax);
        const compared = new Map(commit.compares.map(({ key, revision }) => [key, revision]));
        assert.equal(compared.get('guard'), 7);
        for (const { key } of commit.changes) {
          const { ifRevision } = changes.find((one) => one.key === key) as { ifRevision?: number };
          assert.equal(compared.get(key), ifRevision);
        }
      }
    }),
    30,
  );
});

test('a commit has no more compares than it may: those of owners count too', () => {
  const changes = Array.from({ length: 300 }, (_, i) => ({
    key: `k${i}`,
    value: new Uint8Array(1),
    ifRevision: 1,
    owner: { key: `owner${i}`, revision: 1 },
  }));
  const commits = planCommits(changes, [{ key: 'guard', revision: 7 }]);
  assert.ok(commits.every(({ compares }) => compares.length <= storeLimits.comparesMax));
  assert.deepEqual(
    commits.map((commit) => commit.changes.length),
    [63, 63, 63, 63, 48],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  matchingConfigs,
  readableValue,
  sourceText,
} from '../../../console/src/settings/config-sources.ts';
import type { ConfigRow } from '../../../src/admin/contract/topics.ts';

function row(name: string, source = 'DEFAULT_CONFIG', documentation = ''): ConfigRow {
  return {
    name,
    value: '1',
    source,
    type: 'LONG',
    isReadOnly: false,
    isSensitive: false,
    documentation,
    inherited: null,
  };
}

test('durations and sizes are readable beside their digits', () => {
  assert.equal(readableValue('retention.ms', '604800000'), '7 d');
  assert.equal(readableValue('retention.ms', '100000'), '≈ 1.67 min');
  assert.equal(readableValue('segment.bytes', '1073741824'), '1 GiB');
  assert.equal(readableValue('max.message.bytes', '1048588'), '≈ 1 MiB');
  assert.equal(readableValue('retention.bytes', '-1'), null);
  assert.equal(readableValue('retention.ms', '9223372036854775807'), null);
  assert.equal(readableValue('num.partitions', '10000'), null);
});

test('what is set stands first, and names before documentation', () => {
  const rows = [row('b'), row('a', 'DYNAMIC_TOPIC_CONFIG', 'about cleanup'), row('cleanup.policy')];
  const names = (text: string, onlySet = false) =>
    matchingConfigs(rows, text, onlySet).map(({ name }) => name);
  assert.deepEqual(names(''), ['a', 'b', 'cleanup.policy']);
  assert.deepEqual(names(' CLEANUP '), ['cleanup.policy', 'a']);
  assert.deepEqual(names('', true), ['a']);
});

test('a source that is not known is said in its own words', () => {
  assert.equal(sourceText('DYNAMIC_TOPIC_CONFIG'), 'set for this topic');
  assert.equal(sourceText('UNHEARD_OF'), 'unheard of');
});

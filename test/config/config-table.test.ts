import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ConfigKey } from '../../src/config/config-key.ts';
import {
  brokerConfigKeys,
  configSections,
  groupConfigKeys,
  topicConfigKeys,
} from '../../src/config/config-table.ts';
import { valueProblem } from '../../src/config/config-value.ts';
import { topicSynonyms } from '../../src/config/topic-synonyms.ts';

/** A row of the lists of Apache Kafka 4.3.1. */
interface ApacheKey {
  readonly name: string;
  readonly type: string;
  readonly defaultText: string;
  readonly bounds: string;
  readonly importance: string;
  readonly dynamic: string | undefined;
}

function apacheKeys(scope: string): ApacheKey[] {
  const text = readFileSync(new URL(`apache-configs-${scope}.tsv`, import.meta.url), 'utf8');
  const rows = text.trimEnd().split('\n').slice(1);
  return rows.map((row) => {
    const [name = '', type = '', defaultText = '', bounds = '', importance = '', dynamic] =
      row.split('\t');
    return { name, type, defaultText, bounds, importance, dynamic };
  });
}

/** Where we differ, and what we have instead. */
const otherDefaults: Readonly<Record<string, string | null>> = {
  'controller.listener.names': null,
  'default.replication.factor': null,
  listeners: 'PLAINTEXT://127.0.0.1:9092',
  'log.dir': null,
  'min.insync.replicas': null,
  'node.id': '1',
  'process.roles': null,
  'queued.max.request.bytes': '268435456',
};
const readOnlyHere = new Set(['listeners', 'listener.security.protocol.map']);

function assertSame(key: ConfigKey, apache: ApacheKey): void {
  assert.equal(key.type, apache.type, `type of ${apache.name}`);
  assert.equal(key.boundsText, apache.bounds, `bounds of ${apache.name}`);
  assert.equal(key.importance, apache.importance.toLowerCase(), `importance of ${apache.name}`);
  const expected = otherDefaults[apache.name];
  if (expected === undefined) {
    assert.equal(key.defaultValue ?? '', apache.defaultText, `default of ${apache.name}`);
  } else {
    assert.equal(key.defaultValue, expected, `default of ${apache.name}`);
  }
}

test('every topic key of Apache Kafka is known, with its type, default and bounds', () => {
  const apache = apacheKeys('topic');
  assert.equal(apache.length, 33);
  for (const row of apache) {
    const key = topicConfigKeys.get(row.name);
    assert.ok(key, row.name);
    assertSame(key, row);
  }
});

test('every group key of Apache Kafka is known, with its type, default and bounds', () => {
  for (const row of apacheKeys('group')) {
    const key = groupConfigKeys.get(row.name);
    assert.ok(key, row.name);
    assertSame(key, row);
  }
});

test('every broker key of Apache Kafka is known, and changes at run time where it does there', () => {
  for (const row of apacheKeys('broker')) {
    const key = brokerConfigKeys.get(row.name);
    assert.ok(key, row.name);
    assertSame(key, row);
    const dynamic = row.dynamic === 'yes' && !readOnlyHere.has(row.name);
    assert.equal(key.update !== 'read-only', dynamic, `update of ${row.name}`);
  }
});

test('beyond Apache Kafka there are only our own keys and those of its plugins and throttles', () => {
  const apache = new Set(['topic', 'broker', 'group'].flatMap(apacheKeys).map(({ name }) => name));
  const ours = configSections.flatMap(({ keys }) => keys).filter(({ name }) => !apache.has(name));
  const others = ours.map(({ name }) => name).filter((name) => !name.startsWith('odradek.'));
  assert.deepEqual(others.toSorted(), [
    'allow.everyone.if.no.acl.found',
    'follower.replication.throttled.rate',
    'leader.replication.throttled.rate',
    'replica.alter.log.dirs.io.max.bytes.per.second',
    'super.users',
  ]);
});

test('every default is a value that its key may have', () => {
  for (const { keys } of configSections) {
    for (const key of keys) {
      if (key.defaultValue === null) continue;
      assert.equal(valueProblem(key, key.defaultValue), undefined, key.name);
    }
  }
});

test('no key stands twice, and each is documented in one sentence', () => {
  const keys = configSections.flatMap((section) => section.keys);
  const names = keys.map(({ scope, name }) => `${scope} ${name}`);
  assert.equal(new Set(names).size, names.length);
  for (const { name, documentation } of keys) {
    assert.match(documentation, /^[A-Z].{10,}\.$/, name);
  }
});

test('the keys of a section stand in the order of their names', () => {
  for (const { keys } of configSections) {
    const names = keys.map(({ name }) => name);
    assert.deepEqual(names, names.toSorted());
  }
});

test('every synonym of a topic key is a broker key that acts as long as the topic key does', () => {
  for (const [topicKey, synonyms] of topicSynonyms) {
    assert.ok(topicConfigKeys.has(topicKey), topicKey);
    for (const { brokerKey } of synonyms) {
      const effect = brokerConfigKeys.get(brokerKey)?.effect;
      assert.equal(effect, topicConfigKeys.get(topicKey)?.effect, brokerKey);
    }
  }
});

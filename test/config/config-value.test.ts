import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { noConfigLayers } from '../../src/config/config-layers.ts';
import { brokerConfigKeys, groupConfigKeys } from '../../src/config/config-table.ts';
import {
  parseBoolean,
  parseDouble,
  parseInteger,
  parseList,
  valueProblem,
} from '../../src/config/config-value.ts';
import { topicConfigProblem } from '../../src/config/topic-config.ts';
import { must } from '../../src/util/assert.ts';
import { holds } from './property.ts';

/** What Apache Kafka 4.3.1 said to IncrementalAlterConfigs that set one key of a topic. */
interface ApacheAnswer {
  readonly key: string;
  readonly value: string;
  /** Null where it took the value. */
  readonly message: string | null;
}

const answers = readFileSync(new URL('apache-topic-answers.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as ApacheAnswer);

for (const { key, value, message } of answers) {
  const outcome = message === null ? 'is taken' : 'is refused in the same words';
  test(`as with Apache, ${key}='${value}' of a topic ${outcome}`, () => {
    assert.equal(topicConfigProblem(new Map([[key, value]]), noConfigLayers) ?? null, message);
  });
}

test('the least compaction lag of a topic cannot be above the greatest', () => {
  const configs = new Map([
    ['min.compaction.lag.ms', '10'],
    ['max.compaction.lag.ms', '5'],
  ]);
  assert.equal(
    topicConfigProblem(configs, noConfigLayers),
    'conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)',
  );
});

test('an unknown key is named before a bad value', () => {
  const configs = new Map([
    ['segment.ms', 'x'],
    ['nope', '5'],
  ]);
  assert.equal(topicConfigProblem(configs, noConfigLayers), 'Unknown topic config name: nope');
});

test('whole numbers are those of their type, held at 2^53', () => {
  assert.equal(parseInteger('INT', ' +7 '), 7);
  assert.equal(parseInteger('INT', '2147483648'), undefined);
  assert.equal(parseInteger('SHORT', '-32769'), undefined);
  assert.equal(parseInteger('LONG', '9223372036854775807'), Number.MAX_SAFE_INTEGER);
  assert.equal(parseInteger('LONG', '-9223372036854775808'), Number.MIN_SAFE_INTEGER);
  assert.equal(parseInteger('LONG', '9223372036854775808'), undefined);
  for (const text of ['', ' ', '1e3', '5L', '0x10', '--1', '1_000', '1.0', '٣']) {
    assert.equal(parseInteger('LONG', text), undefined, text);
  }
});

test('every whole number is read as itself', () => {
  holds(
    fc.property(fc.maxSafeInteger(), (value) => {
      assert.equal(parseInteger('LONG', ` ${value}\t`), value);
    }),
  );
});

test('doubles are those that Java reads', () => {
  const cases: [string, number | undefined][] = [
    ['0.5', 0.5],
    ['.5', 0.5],
    ['5.', 5],
    ['1.7976931348623157E308', Number.MAX_VALUE],
    ['0.5f', 0.5],
    ['0x1p-1', 0.5],
    ['0x.8p1', 1],
    ['-0x1.8p1', -3],
    ['Infinity', Infinity],
    ['NaN', Number.NaN],
    ['0x1', undefined],
    ['0xp1', undefined],
    ['1e', undefined],
    ['', undefined],
    ['infinity', undefined],
  ];
  for (const [text, value] of cases) assert.equal(parseDouble(text), value, text);
});

test('every finite double is read as itself', () => {
  holds(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.equal(parseDouble(String(value)), value === 0 ? Number(String(value)) : value);
    }),
  );
});

test('booleans are true and false in any case', () => {
  assert.equal(parseBoolean(' TRUE '), true);
  assert.equal(parseBoolean('False'), false);
  for (const text of ['', 'yes', '1', 'truee']) assert.equal(parseBoolean(text), undefined);
});

test('lists are parted by commas, and blanks around a part do not count', () => {
  assert.deepEqual(parseList(' a , b,c '), ['a', 'b', 'c']);
  assert.deepEqual(parseList('  '), []);
  assert.deepEqual(parseList('a,,b,'), ['a', '', 'b', '']);
});

test('a bad value of a secret is not repeated', () => {
  const key = must(brokerConfigKeys.get('ssl.keystore.password'));
  const strict = { ...key, bounds: { kind: 'nonEmpty' } as const };
  assert.equal(
    valueProblem(strict, '  ')?.message,
    'Invalid value [hidden] for configuration ssl.keystore.password: String must be non-empty',
  );
});

test('values whose case does not count are taken in any', () => {
  const key = must(brokerConfigKeys.get('group.consumer.migration.policy'));
  assert.equal(valueProblem(key, 'Upgrade'), undefined);
  assert.equal(
    valueProblem(key, 'sideways')?.message,
    'Invalid value sideways for configuration group.consumer.migration.policy: String must be ' +
      'one of (case insensitive): DISABLED, DOWNGRADE, UPGRADE, BIDIRECTIONAL',
  );
});

test('a share group begins at an end of the log, or as long ago as a duration says', () => {
  const key = must(groupConfigKeys.get('share.auto.offset.reset'));
  const right = ['P1D', 'PT1H30M', 'P1DT2H3M4.5S', 'pt1h', 'PT0S', 'PT1,5S', 'PT5.S'];
  for (const text of ['latest', 'earliest', ...right.map((each) => `by_duration:${each}`)]) {
    assert.equal(valueProblem(key, text), undefined, text);
  }
  const wrong = ['', 'P', 'PT', 'P1DT', 'P1Y', 'P1W', 'PT-1S', '-PT1S', '1D', 'PT1S1H', 'tomorrow'];
  const texts = [
    'none',
    'EARLIEST',
    'BY_DURATION:P1D',
    ...wrong.map((each) => `by_duration:${each}`),
  ];
  for (const text of texts) {
    assert.equal(
      valueProblem(key, text)?.message,
      `Invalid value ${text} for configuration ${key.name}: Invalid value \`${text}\` for ` +
        `configuration ${key.name}. The value must be either 'earliest', 'latest' or of the format ` +
        "'by_duration:<PnDTnHnMn.nS>'.",
    );
  }
});

test('no text whatever makes a judgement throw', () => {
  const keys = [...brokerConfigKeys.values()];
  holds(
    fc.property(fc.constantFrom(...keys), fc.string(), (key, text) => {
      const problem = valueProblem(key, text);
      if (problem !== undefined) assert.ok(problem.message.includes(key.name));
    }),
    500,
  );
});

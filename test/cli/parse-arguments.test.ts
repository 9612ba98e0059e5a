import { deepStrictEqual, match, strictEqual, throws } from 'node:assert/strict';
import { test } from 'node:test';
import type { Arguments, Command } from '../../src/cli/command.ts';
import { parseArguments, wholeNumber } from '../../src/cli/parse-arguments.ts';
import { hasCode } from '../../src/util/odradek-error.ts';

const command: Command = {
  name: 'try',
  summary: 'Try',
  positionals: [
    { name: 'first', required: true },
    { name: 'rest', required: false, repeated: true },
  ],
  options: {
    partitions: { type: 'string', short: 'p', placeholder: 'N', help: '' },
    config: { type: 'string', multiple: true, placeholder: 'KEY=VALUE', help: '' },
    form: { type: 'string', choices: ['text', 'json'], help: '' },
    json: { type: 'boolean', help: '' },
  },
  examples: [],
  run: () => Promise.resolve(0),
};

const parse = (...words: string[]): Arguments => parseArguments(command, words);

function refused(words: readonly string[], expected: RegExp): void {
  throws(
    () => parse(...words),
    (error) => {
      match(String(error), expected);
      return hasCode(error, 'INVALID_ARGUMENT');
    },
  );
}

test('options and arguments stand in any order, long, short and joined', () => {
  const args = parse('--json', 'a', '-p', '3', 'b', '--form=json', '--config', 'k=v=w');
  deepStrictEqual(args.positionals, ['a', 'b']);
  deepStrictEqual(
    [args.text('partitions'), args.text('form'), args.flag('json'), args.texts('config')],
    ['3', 'json', true, ['k=v=w']],
  );
});

test('the last value of an option counts, all of one that may be repeated', () => {
  const args = parse('a', '-p', '1', '-p', '2', '--config', 'x=1', '--config', 'y=2');
  strictEqual(args.text('partitions'), '2');
  deepStrictEqual(args.texts('config'), ['x=1', 'y=2']);
});

test('a value may begin with a dash', () => {
  strictEqual(parse('a', '-p', '-10').text('partitions'), '-10');
});

test('behind two dashes everything is an argument', () => {
  deepStrictEqual(parse('--', '--json', '-x').positionals, ['--json', '-x']);
});

test('an empty value is a value', () => {
  strictEqual(parse('a', '--partitions', '').text('partitions'), '');
  strictEqual(parse('a', '--partitions=').text('partitions'), '');
});

test('an unknown option is refused, with the nearest that there is', () => {
  refused(['a', '--partition', '3'], /Unknown option --partition\. Did you mean --partitions\?/);
  refused(['a', '--qqqqqqqq'], /Unknown option --qqqqqqqq\.$/);
  refused(['a', '--toString'], /Unknown option --toString/);
});

test('an option without its value is refused, also when another option follows', () => {
  refused(['a', '--partitions'], /--partitions needs a value: --partitions N/);
  refused(['a', '--partitions', '--json'], /--partitions needs a value/);
});

test('behind an equals sign any value is a value, also one that is the name of an option', () => {
  strictEqual(parse('a', '--partitions=--json').text('partitions'), '--json');
});

test('a switch takes no value, and a choice only what there is', () => {
  refused(['a', '--json=yes'], /--json takes no value/);
  refused(['a', '--form', 'xml'], /--form xml: expected one of text, json/);
});

test('a missing argument is named', () => {
  refused([], /odradek try needs <first>/);
});

test('numbers are whole and within their bounds', () => {
  strictEqual(wholeNumber('12', '--x'), 12);
  strictEqual(wholeNumber('-3', '--x', -5), -3);
  for (const text of ['', 'a', '1.5', '1e3', '0x10', ' 1', '99999999999999999999', '-1']) {
    throws(() => wholeNumber(text, '--x'), /--x .*: expected a whole number from 0 up/);
  }
  throws(() => wholeNumber('7', '--x', 1, 6), /expected a whole number from 1 to 6/);
});

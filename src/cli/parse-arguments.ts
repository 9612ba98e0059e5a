import { parseArgs } from 'node:util';
import type { Arguments, Command, OptionSpec } from './command.ts';
import { unknownWord, usageError } from './usage-error.ts';

/**
 * What `words` say to `command`. Throws `INVALID_ARGUMENT` for an unknown option (naming the nearest), an
 * option without its value or with one it does not take, a value that is no choice, and too few or too many
 * positional arguments.
 */
export function parseArguments(command: Command, words: readonly string[]): Arguments {
  const { tokens } = parseArgs({
    args: [...words],
    options: nodeOptions(command.options),
    // Ours are the better messages, with suggestions: all is let through here and checked below.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = knownOption(command, token.name, token.rawName);
    const isForgotten = token.inlineValue !== true && isOption(command, token.value);
    const value = checkedValue(spec, token.rawName, isForgotten ? undefined : token.value);
    values.set(token.name, [...(values.get(token.name) ?? []), value]);
  }
  checkPositionals(command, positionals);
  return {
    positionals,
    text: (name) => values.get(name)?.at(-1),
    texts: (name) => values.get(name) ?? [],
    flag: (name) => values.has(name),
  };
}

function nodeOptions(
  options: Command['options'],
): Record<string, { type: 'string' | 'boolean'; short?: string; multiple?: boolean }> {
  const described: ReturnType<typeof nodeOptions> = {};
  for (const [name, { type, short }] of Object.entries(options)) {
    described[name] = { type, multiple: true, ...(short === undefined ? {} : { short }) };
  }
  return described;
}

function knownOption(command: Command, name: string, rawName: string): OptionSpec {
  const spec = Object.hasOwn(command.options, name) ? command.options[name] : undefined;
  if (spec !== undefined) return spec;
  const known = Object.keys(command.options).map((option) => `--${option}`);
  throw unknownWord('option', rawName, known);
}

function checkedValue(spec: OptionSpec, rawName: string, value: string | undefined): string {
  if (spec.type === 'boolean') {
    if (value === undefined) return '';
    throw usageError(`${rawName} takes no value.`, rawName, 'no value');
  }
  const placeholder = spec.placeholder ?? 'a value';
  if (value === undefined) {
    throw usageError(`${rawName} needs a value: ${rawName} ${placeholder}.`, rawName, placeholder);
  }
  if (spec.choices !== undefined && !spec.choices.includes(value)) {
    const choices = spec.choices.join(', ');
    throw usageError(`${rawName} ${value}: expected one of ${choices}.`, rawName, choices);
  }
  return value;
}

/** Whether `word` is another option of the command, so that a value was forgotten before it. */
function isOption(command: Command, word: string | undefined): boolean {
  return word?.startsWith('--') === true && Object.hasOwn(command.options, word.slice(2));
}

function checkPositionals(command: Command, given: readonly string[]): void {
  const { positionals } = command;
  const missing = positionals.find((spec, index) => spec.required && given[index] === undefined);
  if (missing !== undefined) {
    throw usageError(`odradek ${command.name} needs <${missing.name}>.`, missing.name, 'a value');
  }
  for (const [index, { name, choices }] of positionals.entries()) {
    const word = given[index];
    if (choices === undefined || word === undefined || choices.includes(word)) continue;
    const expected = choices.join(', ');
    throw usageError(`<${name}> ${word}: expected one of ${expected}.`, word, expected);
  }
  const extra = given[positionals.length];
  if (extra !== undefined && positionals.at(-1)?.repeated !== true) {
    throw usageError(`Unexpected argument ${extra}.`, extra, 'no further arguments');
  }
}

/** The whole number in `text`, within `[minimum, maximum]`. Throws `INVALID_ARGUMENT` naming `argument`. */
export function wholeNumber(
  text: string,
  argument: string,
  minimum = 0,
  maximum = Number.MAX_SAFE_INTEGER,
): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  const bounds = boundsText(minimum, maximum);
  throw usageError(`${argument} ${text}: expected ${bounds}.`, argument, bounds);
}

function boundsText(minimum: number, maximum: number): string {
  if (maximum < Number.MAX_SAFE_INTEGER) return `a whole number from ${minimum} to ${maximum}`;
  if (minimum > Number.MIN_SAFE_INTEGER) return `a whole number from ${minimum} up`;
  return 'a whole number';
}

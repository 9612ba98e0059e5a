/**
 * Goal: the completion scripts do in the shells what they are for.
 * Method: each shell reads its script and completes command lines, with the topics of a live broker. bash is
 * given the variables that it gives to completion functions, taken apart as it does it; zsh runs with its line
 * editor on a pseudo-terminal, where Tab is typed; fish says itself what it would offer.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type Broker, createBroker } from '../../src/index.ts';
import { type CommandFolder, commandFolder } from './odradek-command.ts';

const run = promisify(execFile);

let broker: Broker;
/** Also holds files to complete. */
let folder: CommandFolder;

before(async () => {
  broker = await createBroker({
    storage: 'memory',
    topics: { 'live-orders': 1, 'live-prices': 1, other: 1 },
  });
  folder = commandFolder();
  writeFileSync(join(folder.path, 'records.txt'), '');
  mkdirSync(join(folder.path, 'live-folder'));
});

after(async () => {
  folder.remove();
  await broker.stop();
});

function skipWithout(shell: string): string | false {
  const { error } = spawnSync(shell, ['-c', 'true']);
  return error !== undefined && `${shell} is not installed (apt-get install ${shell})`;
}

/** What a shell prints that runs `script` with `words`. */
async function shell(name: string, options: string[], ...words: string[]): Promise<string> {
  const { stdout } = await run(name, [...options, ...words], {
    cwd: folder.path,
    timeout: 60_000,
    env: folder.environment(broker.bootstrapServers),
  });
  return stdout;
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** What every shell must know: a command line and what may stand in its last place. */
const expectations: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['odradek top', ['topic']],
  ['odradek topic de', ['delete', 'describe']],
  ['odradek topic describe ', ['live-orders', 'live-prices', 'other']],
  ['odradek topic describe live-', ['live-orders', 'live-prices']],
  ['odradek consume --from -10 live-orders live-p', ['live-prices']],
  ['odradek config get topic o', ['other']],
  ['odradek produce --compression z', ['zstd']],
  ['odradek produce --file rec', ['records.txt']],
  ['odradek start --data-dir li', ['live-folder/']],
  ['odradek broker dr', ['drain']],
  ['odradek broker drain ', ['1']],
  ['odradek topic reassign --file rec', ['records.txt']],
  ['odradek topic reassign live-', ['live-orders', 'live-prices']],
  ['odradek consume --max ', []],
  ['odradek topic create l', []],
];

describe('bash', { skip: skipWithout('bash') }, () => {
  const script = `
    source <(odradek completion bash)
    COMP_LINE=$1 COMP_POINT=\${#1}
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _odradek
    printf '%s\\n' "\${COMPREPLY[@]}"
  `;

  /** The words as bash takes a line apart: also at colons and equals signs, which are words themselves. */
  const complete = async (line: string): Promise<string[]> => {
    const words: string[] = [...(line.match(/[:=]+|[^\s:=]+/g) ?? [])];
    if (line.endsWith(' ')) words.push('');
    const options = ['--noprofile', '--norc', '-c', script];
    return linesOf(await shell('bash', options, 'bash', line, ...words)).toSorted();
  };

  for (const [line, words] of expectations) {
    test(`${line}: ${words.join(', ') || 'nothing'}`, async () => {
      // The editor adds the slash behind a directory, which is not here.
      const plain = words.map((word) => word.replace(/\/$/, ''));
      deepStrictEqual(await complete(line), plain);
    });
  }

  test('an address with its colon is one word', async () => {
    const line = `odradek topic describe -b ${broker.bootstrapServers} live-o`;
    deepStrictEqual(await complete(line), ['live-orders']);
    const joined = `odradek topic describe --bootstrap-server=${broker.bootstrapServers} live-o`;
    deepStrictEqual(await complete(joined), ['live-orders']);
  });

  test('of a word with an equals sign only what stands behind that is offered', async () => {
    deepStrictEqual(await complete('odradek produce --compression=z'), ['zstd']);
  });
});

describe('zsh', { skip: skipWithout('zsh') }, () => {
  // Another zsh on a terminal: Tab completes, and Ctrl-X shows what has become of the line. A line that may
  // become several is left as far as they agree.
  const script = `
    zmodload zsh/zpty
    zpty inner zsh -f -i
    zpty -w inner 'autoload -Uz compinit; compinit -u -D; source <(odradek completion zsh)'
    zpty -w inner 'show() { print -r -- "<""<$BUFFER>"">"; BUFFER= }; zle -N show; bindkey "^X" show'
    zpty -w inner 'KEYTIMEOUT=1; bindkey "^I" complete-word; print -r -- "<""<ready>"">"'
    zpty -r -m inner text '*<<ready>>*'
    for line in "$@"; do
      zpty -w -n inner "$line"$'\\t\\x18'
      zpty -r -m inner text '*<<*>>*'
      text=\${text##*<<}
      print -r -- "\${text%%>>*}"
    done
    zpty -d inner
  `;

  test('Tab completes commands, options, values, topics and files', async () => {
    const lines: readonly (readonly [typed: string, becomes: string])[] = [
      ['odradek top', 'odradek topic '],
      ['odradek topic des', 'odradek topic describe '],
      ['odradek topic describe li', 'odradek topic describe live-'],
      ['odradek topic describe live-o', 'odradek topic describe live-orders '],
      ['odradek consume --from -10 other live-p', 'odradek consume --from -10 other live-prices '],
      ['odradek config get topic o', 'odradek config get topic other '],
      ['odradek produce --comp', 'odradek produce --compression '],
      ['odradek produce --compression z', 'odradek produce --compression zstd '],
      ['odradek produce --compression=z', 'odradek produce --compression=zstd '],
      ['odradek produce --file rec', 'odradek produce --file records.txt '],
      ['odradek start --data-dir li', 'odradek start --data-dir live-folder/'],
      ['odradek topic create live-o', 'odradek topic create live-o'],
      [
        `odradek topic describe -b ${broker.bootstrapServers} oth`,
        `odradek topic describe -b ${broker.bootstrapServers} other `,
      ],
    ];
    const typed = lines.map(([line]) => line);
    const printed = await shell('zsh', ['-f', '-c', script, 'zsh'], ...typed);
    deepStrictEqual(
      printed.split('\n').slice(0, -1),
      lines.map(([, becomes]) => becomes),
    );
  });
});

describe('fish', { skip: skipWithout('fish') }, () => {
  const complete = async (line: string): Promise<string[]> => {
    const script = 'source (odradek completion fish | psub); complete -C $argv[1]';
    const printed = await shell('fish', ['--no-config', '-c', script], line);
    // Behind a tab stands what an offer is.
    return linesOf(printed)
      .map((offer) => offer.replace(/\t.*/, ''))
      .toSorted();
  };

  for (const [line, words] of expectations) {
    test(`${line}: ${words.join(', ') || 'nothing'}`, async () => {
      deepStrictEqual(await complete(line), [...words]);
    });
  }

  test('a value behind an equals sign is offered with its option', async () => {
    deepStrictEqual(await complete('odradek produce --compression=z'), ['--compression=zstd']);
  });
});

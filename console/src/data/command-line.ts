import { shellLine, shellQuote } from './shell-quote.ts';

/** What `odradek` is to do, in its own words. */
export interface OdradekCommand {
  /** `topic create`. */
  readonly command: string;
  readonly args?: readonly string[];
  /** In order; without a value it is a flag, and what is undefined is left out. */
  readonly options?: readonly (readonly [name: string, value?: string | number] | undefined)[];
}

// What `odradek` does without being told where the broker is.
const defaultBootstrap = '127.0.0.1:9092';

/** The command line that does it on the cluster at `bootstrapServers`, each word quoted for a shell. */
export function commandLine(bootstrapServers: string, wanted: OdradekCommand): string {
  const args = wanted.args ?? [];
  const options = (wanted.options ?? [])
    .filter((option) => option !== undefined)
    .flatMap(([name, value]) => optionWords(name, value));
  const isDefault =
    bootstrapServers === '' || bootstrapServers.split(',').includes(defaultBootstrap);
  const cluster = isDefault ? [] : ['-b', bootstrapServers];
  const verb = ['odradek', ...wanted.command.split(' ')];
  // A name may begin with a dash; behind two dashes nothing is an option.
  const words = args.some((arg) => arg.startsWith('-'))
    ? [...verb, ...options, ...cluster, '--', ...args]
    : [...verb, ...args, ...options, ...cluster];
  return shellLine(words);
}

/** Whether `odradek` would take this name as a pattern, which may mean others too. */
export function isPatternName(name: string): boolean {
  return /[*?]/.test(name);
}

/** Several lines, one after the other, as one whose output goes on in a pipe. */
export function oneAfterTheOther(lines: readonly string[]): string {
  return lines.length === 1 ? (lines[0] ?? '') : `{ ${lines.join('; ')}; }`;
}

/** `text` as the standard input of `line`. */
export function withInput(text: string, line: string): string {
  return `printf '%s\\n' ${shellQuote(text)} | ${line}`;
}

function optionWords(name: string, value: string | number | undefined): readonly string[] {
  if (value === undefined) return [name];
  const text = String(value);
  // `--from -10` is understood; a text with a dash in front would be taken as another option.
  return text.startsWith('-') && !/^-\d+$/.test(text) && name.startsWith('--')
    ? [`${name}=${text}`]
    : [name, text];
}

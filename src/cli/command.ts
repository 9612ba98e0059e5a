import type { CliContext } from './cli-context.ts';

/** What an argument names, for shell completion. */
export type Completes = 'topic' | 'group' | 'broker' | 'file' | 'directory' | 'nothing';

/** One `--option`. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** The one-letter form, without its dash. */
  readonly short?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  /** What stands for the value in help: `HOST:PORT`. */
  readonly placeholder?: string;
  /** One or two sentences. Ends with what is taken when it is left out, where that is not plain. */
  readonly help: string;
  /** The only values there are. */
  readonly choices?: readonly string[];
  readonly completes?: Completes;
}

/** One argument without a name. */
export interface PositionalSpec {
  readonly name: string;
  readonly required: boolean;
  /** Takes all that are left. */
  readonly repeated?: boolean;
  readonly completes?: Completes;
  readonly choices?: readonly string[];
}

/** One line to copy, and what it does. */
export interface Example {
  readonly text: string;
  readonly command: string;
}

/** A command and all that help, parsing and completion know of it. */
export interface Command {
  /** As it is typed after `odradek`: `topic create`. */
  readonly name: string;
  /** A sentence without its full stop, for lists of commands. */
  readonly summary: string;
  /** Paragraphs for the command's own help. */
  readonly description?: readonly string[];
  readonly positionals: readonly PositionalSpec[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly Example[];
  /** Does the work and answers the exit code. Throws `OdradekError` for what went wrong. */
  run(args: Arguments, context: CliContext): Promise<number>;
}

/** A command that is loaded when it is called, so that the others cost nothing. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Commands that share their first word. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly CommandEntry[];
}

/** What the user typed, checked against a command's options. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** The last value of an option, or undefined. */
  text(name: string): string | undefined;
  /** All values of an option that may be repeated. */
  texts(name: string): readonly string[];
  flag(name: string): boolean;
}

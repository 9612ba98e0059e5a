import type { Runtime } from '../runtime/runtime.ts';

/** Where a command's text and bytes go: standard output or standard error, or what a test put in its place. */
export interface Output {
  /** Whether a person looks at it: colours, progress lines and widths make sense. */
  readonly isTty: boolean;
  /** Characters in a line of the terminal; 80 where nobody knows. */
  readonly columns: number;
  /** The reader has gone (`| head`): whatever is written from now on is dropped without an error. */
  readonly closed: boolean;
  /** Writes at once. Answers false when the writer should wait for `drained` before it writes more. */
  write(text: string | Uint8Array): boolean;
  /** Settles when there is room again, or nobody reads any more. */
  drained(): Promise<void>;
}

/** Where a command's input comes from. */
export interface Input {
  /** A person types. */
  readonly isTty: boolean;
  /** The bytes as they come, at the pace of whoever iterates. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Ends the input, so that nothing waits for more of it. */
  close(): void;
}

/**
 * All that a command may touch of the process around it, so that tests run commands inside their own.
 */
export interface CliContext {
  /** Environment variables. Only `start` reads more than `ODRADEK_BOOTSTRAP` of them. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What relative paths start from. */
  readonly workingDirectory: string;
  readonly input: Input;
  readonly out: Output;
  readonly err: Output;
  /** A line that runs `words` the way this process was run: `odradek …`, `npx odradek …`. */
  commandLine(words: string): string;
  /** The world outside; made at the first call, so that `--help` does not load it. */
  runtime(): Promise<Runtime>;
  /** Opens a file that the user named. */
  openFile(path: string): Input;
  /**
   * Calls `callback` when the user or the system asks to end (SIGINT, SIGTERM). The process then ends by
   * itself only on the second request. Answers how to stop listening.
   */
  onInterrupt(callback: () => void): () => void;
}

/** What a command leaves behind for the shell. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

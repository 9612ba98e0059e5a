// The one file of the library or the command line that knows `process`. The command line may read the file
// that a user names with `--file` as a stream of its own (`node:fs`): it can be a pipe or a device, which the
// Files port, made for the broker's own files, does not serve.
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Runtime } from '../runtime/runtime.ts';
import type { CliContext, Input, Output } from './cli-context.ts';
import { exitCodes } from './cli-context.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { usageError } from './usage-error.ts';

/** The context of the process that runs. */
export function processContext(): CliContext {
  let runtime: Promise<Runtime> | undefined;
  return {
    environment: process.env,
    workingDirectory: process.cwd(),
    input: streamInput(() => process.stdin, process.stdin.isTTY === true),
    out: streamOutput(process.stdout, onOutputFailed),
    err: streamOutput(process.stderr, () => {}),
    commandLine,
    runtime: () => {
      runtime ??= nodeRuntime();
      return runtime;
    },
    openFile: (path) =>
      streamInput(() => createReadStream(path, { highWaterMark: 256 * 1024 }), false, path),
    onInterrupt,
  };
}

/** From the sources there is no `odradek` to call: npm finds the Node.js that runs them. */
function commandLine(words: string): string {
  if (process.argv[1]?.endsWith('.ts') === true) return `npx -c "node src/cli/main.ts ${words}"`;
  return process.env['npm_command'] === 'exec' ? `npx odradek ${words}` : `odradek ${words}`;
}

async function nodeRuntime(): Promise<Runtime> {
  const { createNodeRuntime } = await import('../runtime/node/node-runtime.ts');
  return createNodeRuntime();
}

function streamInput(open: () => Readable, isTty: boolean, path = 'standard input'): Input {
  let stream: Readable | undefined;
  return {
    isTty,
    chunks: () => {
      stream = open();
      return chunksOf(stream, path);
    },
    close: () => {
      stream?.destroy();
    },
  };
}

/** Throws `INVALID_ARGUMENT` for a file that is not there, and `IO_ERROR` where reading fails. */
async function* chunksOf(stream: Readable, path: string): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw usageError(`--file ${path}: there is no such file.`, '--file', 'a file');
    }
    throw new OdradekError(
      `could not read ${path}: ${message}`,
      { code: 'IO_ERROR', path, operation: 'read' },
      { cause: error },
    );
  }
}

/** What was to be written is lost, perhaps after the command has done its work: a full disk, for one. */
function onOutputFailed(error: Error): void {
  process.stderr.write(`odradek: could not write to standard output: ${error.message}\n`);
  process.exitCode = exitCodes.failed;
}

/** Codes of the errors of a stream whose reader has gone, on all systems. */
const readerGoneCodes: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EOF', 'ECONNRESET']);

function streamOutput(stream: NodeJS.WriteStream, onFailed: (error: Error) => void): Output {
  let closed = false;
  let waiting: (() => void)[] = [];
  const release = (): void => {
    const released = waiting;
    waiting = [];
    for (const resolve of released) resolve();
  };
  stream.on('drain', release);
  stream.on('close', release);
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that goes away (`odradek consume … | head`) ends the command, it is no failure.
    if (!closed && !readerGoneCodes.has(error.code)) onFailed(error);
    closed = true;
    release();
  });
  return {
    isTty: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
    get closed() {
      return closed || stream.destroyed;
    },
    write: (text) => closed || stream.destroyed || stream.write(text),
    drained: async () => {
      if (closed || stream.destroyed || !stream.writableNeedDrain) return;
      await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

/** The second request to end is obeyed at once: whoever asks twice does not want to wait. */
function onInterrupt(callback: () => void): () => void {
  let asked = false;
  const listener = (): void => {
    if (asked) process.exit(exitCodes.interrupted);
    asked = true;
    callback();
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return () => {
    process.off('SIGINT', listener);
    process.off('SIGTERM', listener);
  };
}

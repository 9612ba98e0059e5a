// The one file of the library or the command line that knows `process`. The command line may read the file
// that a user names with `--file` as a stream of its own (`node:fs`): it can be a pipe or a device, which the
// Files port, made for the broker's own files, does not serve.
import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Runtime } from '../runtime/runtime.ts';
import type { CliContext, Input, Output } from './cli-context.ts';
import { exitCodes } from './cli-context.ts';

/** The context of the process that runs. */
export function processContext(): CliContext {
  let runtime: Promise<Runtime> | undefined;
  return {
    environment: process.env,
    workingDirectory: process.cwd(),
    input: streamInput(() => process.stdin, process.stdin.isTTY === true),
    out: streamOutput(process.stdout),
    err: streamOutput(process.stderr),
    commandLine,
    runtime: () => {
      runtime ??= nodeRuntime();
      return runtime;
    },
    openFile: (path) =>
      streamInput(() => createReadStream(path, { highWaterMark: 256 * 1024 }), false),
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

function streamInput(open: () => Readable, isTty: boolean): Input {
  let stream: Readable | undefined;
  return {
    isTty,
    chunks: () => {
      stream = open();
      return stream;
    },
    close: () => {
      stream?.destroy();
    },
  };
}

function streamOutput(stream: NodeJS.WriteStream): Output {
  let closed = false;
  // A reader that goes away (`odradek consume … | head`) ends the command, it is no failure.
  stream.on('error', () => {
    closed = true;
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
      await Promise.race([once(stream, 'drain'), once(stream, 'close')]).catch(() => {});
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

import type { CliContext, Input, Output } from '../../src/cli/cli-context.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';

export interface FakeOutput extends Output {
  /** All that was written. */
  text(): string;
  bytes(): Uint8Array;
  /** From now on nobody reads. */
  close(): void;
}

export function fakeOutput(options: { isTty?: boolean } = {}): FakeOutput {
  const chunks: Uint8Array[] = [];
  let closed = false;
  return {
    isTty: options.isTty === true,
    columns: 80,
    get closed() {
      return closed;
    },
    write: (text) => {
      chunks.push(Buffer.from(text as string));
      return true;
    },
    drained: async () => {},
    text: () => Buffer.concat(chunks).toString(),
    bytes: () => Buffer.concat(chunks),
    close: () => {
      closed = true;
    },
  };
}

export function fakeInput(...chunks: (string | Uint8Array)[]): Input {
  return {
    isTty: false,
    chunks: async function* () {
      for (const chunk of chunks) yield Buffer.from(chunk as string);
    },
    close: () => {},
  };
}

export interface FakeContext extends CliContext {
  readonly out: FakeOutput;
  readonly err: FakeOutput;
  /** What Ctrl-C does. */
  interrupt(): void;
}

export function fakeContext(
  options: {
    environment?: Record<string, string>;
    input?: Input;
    files?: Record<string, Input>;
    runtime?: () => Promise<Runtime>;
    workingDirectory?: string;
  } = {},
): FakeContext {
  const interrupts = new Set<() => void>();
  return {
    environment: options.environment ?? {},
    workingDirectory: options.workingDirectory ?? '/nowhere',
    input: options.input ?? fakeInput(),
    out: fakeOutput(),
    err: fakeOutput(),
    commandLine: (words) => `odradek ${words}`,
    runtime: options.runtime ?? (() => Promise.reject(new Error('this test has no runtime'))),
    openFile: (path) => options.files?.[path] ?? fakeInput(),
    onInterrupt: (callback) => {
      interrupts.add(callback);
      return () => interrupts.delete(callback);
    },
    interrupt: () => {
      for (const callback of interrupts) callback();
    },
  };
}

/** Runs one command line and answers its exit code and what it wrote. */
export async function run(
  words: readonly string[],
  context: FakeContext = fakeContext(),
): Promise<{ exitCode: number; out: string; err: string }> {
  const exitCode = await runCli(words, context);
  return { exitCode, out: context.out.text(), err: context.err.text() };
}

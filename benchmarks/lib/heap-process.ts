import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type BrokerSettings, valueOf } from './broker-process.ts';

/** A broker whose heap can be looked into. */
export interface HeapProcess {
  readonly name: string;
  readonly bootstrap: string;
  /** What is alive in its heap, after a garbage collection. */
  heapBytes(): Promise<number>;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('heap-server.ts', import.meta.url));

/** The broker that the command line names, whose JVM is asked by `jcmd`; else Odradek with these settings. */
export async function heapToMeasure(
  settings: BrokerSettings,
  args: readonly string[] = process.argv,
): Promise<HeapProcess> {
  const bootstrap = valueOf(args, '--bootstrap');
  if (bootstrap === undefined) return startOdradek(settings);
  const pid = valueOf(args, '--pid') ?? '';
  return {
    name: valueOf(args, '--name') ?? bootstrap,
    bootstrap,
    heapBytes: async () => heapOfJvm(pid),
    stop: async () => {},
  };
}

/** The sum of the JVM's histogram of classes, before which it collects. */
function heapOfJvm(pid: string): number {
  const histogram = execFileSync('jcmd', [pid, 'GC.class_histogram'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const bytes = /^Total\s+\d+\s+(\d+)/m.exec(histogram)?.[1];
  if (bytes === undefined) throw new Error('jcmd gave no histogram');
  return Number(bytes);
}

async function startOdradek(settings: BrokerSettings): Promise<HeapProcess> {
  const child = fork(program, [JSON.stringify(settings)], { execArgv: ['--expose-gc'] });
  const { bootstrap = '' } = await answerOf(child);
  return {
    name: 'odradek',
    bootstrap,
    heapBytes: async () => {
      const answer = answerOf(child);
      child.send('heap');
      return (await answer).heapBytes ?? Number.NaN;
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await ended;
    },
  };
}

interface Answer {
  readonly bootstrap?: string;
  readonly heapBytes?: number;
}

function answerOf(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Answer));
    child.once('exit', (code) => reject(new Error(`the broker ended with ${code}`)));
  });
}

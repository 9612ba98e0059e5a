import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('killed-broker.ts', import.meta.url));

/** A broker in a process of its own, which a test kills. */
export interface BrokerProcess {
  readonly address: string;
  readonly folder: string;
  /** SIGKILL; settles once the process is gone. */
  kill(): Promise<void>;
}

/** Starts one on `folder`; unless given, on a temporary one of its own. `openFilesMax`: its `ulimit -n`. */
export async function startBrokerProcess({
  folder = 'temporary',
  openFilesMax,
}: { folder?: string; openFilesMax?: number } = {}): Promise<BrokerProcess> {
  const command = [process.execPath, program, folder];
  const limited =
    openFilesMax === undefined
      ? command
      : ['sh', '-c', `ulimit -n ${openFilesMax}; exec "$@"`, 'sh', ...command];
  const child = spawn(limited[0] as string, limited.slice(1), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const tooEarly = ended.then(() => Promise.reject(new Error('the broker did not start')));
  tooEarly.catch(() => {});
  const line = await Promise.race([firstLine(child.stdout), tooEarly]);
  const { address, folder: used } = JSON.parse(line) as { address: string; folder: string };
  return {
    address,
    folder: used,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function firstLine(output: Readable): Promise<string> {
  const lines = createInterface({ input: output });
  const [line] = (await once(lines, 'line')) as [string];
  lines.close();
  return line;
}

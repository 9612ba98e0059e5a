import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** `odradek start` in a process of its own. */
export interface OdradekStart {
  readonly bootstrapServers: string;
  /** SIGKILL; settles once it is gone. */
  kill(): Promise<void>;
}

/** Starts one on `dataDir`, at `port` (0 for any), and waits until it says that it listens. */
export async function startOdradek(
  dataDir: string,
  port: number,
  config: Readonly<Record<string, string | number>>,
): Promise<OdradekStart> {
  const settings = Object.entries(config).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const args = [main, 'start', '--port', String(port), '--data-dir', dataDir, ...settings];
  const child = spawn(process.execPath, [...args, '--log-level', 'warn'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const address = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /listens on\s+(\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const tooEarly = ended.then(() => Promise.reject(new Error('the broker did not start')));
  tooEarly.catch(() => {});
  return {
    bootstrapServers: await Promise.race([address, tooEarly]),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

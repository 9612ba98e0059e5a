import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startApacheKafka } from '../../../../benchmarks/peers/apache-kafka.ts';
import { freePorts } from '../../../../benchmarks/peers/free-ports.ts';
import { liveBrokers } from '../../../../benchmarks/peers/live-brokers.ts';
import { repositoryFolder } from '../../../../tools/run-command.ts';
import { jarsFolder } from './tools.ts';

const main = join(repositoryFolder, 'src', 'cli', 'main.ts');
const startTimeoutMs = 30_000;

/** Odradek as `odradek start` runs it, from its sources, in a process of its own. */
export interface OdradekProcess {
  readonly bootstrapServer: string;
  readonly dataDir: string;
  /** What it printed so far. */
  output(): string;
  /** SIGTERM, and waits for its end. The data stays until `discard`. */
  stop(): Promise<void>;
  /** Stops it if it runs, and removes its data. */
  discard(): Promise<void>;
}

/**
 * Starts Odradek on `dataDir` (a new temporary folder unless given) and waits until it answers. With
 * `COMPAT_CONTROL=apache` in the environment it is Apache Kafka itself, which shows that what is asked of
 * Odradek is what Apache does.
 */
export async function startOdradek(
  dataDir = mkdtempSync(join(tmpdir(), 'odradek-java-')),
): Promise<OdradekProcess> {
  if (process.env['COMPAT_CONTROL'] === 'apache') return startControl(dataDir);
  const [port = 0] = await freePorts(1);
  const pieces: string[] = [];
  const args = [main, 'start', '--port', String(port), '--data-dir', dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece));
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  await answering(child, port, pieces);
  return {
    bootstrapServer: `127.0.0.1:${port}`,
    dataDir,
    output: () => pieces.join(''),
    stop,
    discard: async () => {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function startControl(folder: string): Promise<OdradekProcess> {
  const kafka = await startApacheKafka({ jars: await jarsFolder(), folder, nodes: 1 });
  return {
    bootstrapServer: kafka.bootstrapServers,
    dataDir: kafka.logDirs[0] ?? '',
    output: () => '',
    stop: () => kafka.stop(),
    discard: async () => {
      await kafka.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answering(child: ChildProcess, port: number, pieces: string[]): Promise<void> {
  for (const deadlineMs = performance.now() + startTimeoutMs; performance.now() < deadlineMs;) {
    if (child.exitCode !== null) break;
    if ((await liveBrokers(port)) === 1) return;
    await sleep(50);
  }
  child.kill('SIGKILL');
  throw new Error(`Odradek does not come up\n${pieces.join('')}`);
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApacheKafka } from '../../../../benchmarks/peers/apache-kafka.ts';
import { freePorts } from '../../../../benchmarks/peers/free-ports.ts';
import { BrokerProcess } from './broker-process.ts';
import { jarsFolder } from './tools.ts';

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
  const broker = new BrokerProcess(port, ['--port', String(port), '--data-dir', dataDir]);
  await broker.knows(1);
  return {
    bootstrapServer: `127.0.0.1:${port}`,
    dataDir,
    output: () => broker.output(),
    stop: () => broker.end('SIGTERM'),
    discard: async () => {
      await broker.end('SIGTERM');
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

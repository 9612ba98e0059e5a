import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../peers/free-ports.ts';
import { liveBrokers } from '../peers/live-brokers.ts';
import { writeProperties } from '../peers/properties.ts';
import { untilUp } from './broker-process.ts';
import { startEtcd, type Etcd } from './etcd.ts';
import type { MeasuredCluster, MeasuredNode } from './measured-cluster.ts';

const brokers = 3;
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** More words for the Node.js that runs each broker: a profile, say. */
const nodeOptions = (process.env['BENCHMARK_NODE_OPTIONS'] ?? '').split(' ').filter(Boolean);

/**
 * Starts three brokers of Odradek, from its sources, over an etcd that is started with them, each in a process of
 * its own with its data in a temporary folder on disk.
 */
export async function startOdradekCluster(etcdBinary: string): Promise<MeasuredCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-benchmark-'));
  const ports = await freePorts(brokers);
  const startedMs = performance.now();
  const etcd = await startEtcd(etcdBinary, folder);
  const nodes = ports.map((port, i) => new BrokerNode({ nodeId: i + 1, port, folder, etcd }));
  const remove = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.end('SIGTERM')));
    await etcd.end();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(nodes.map((node) => node.start()));
  } catch (error) {
    await remove();
    throw error;
  }
  const startMs = performance.now() - startedMs;
  return { name: 'odradek', startMs, nodes, storePid: etcd.pid, remove };
}

interface BrokerNodeOptions {
  readonly nodeId: number;
  readonly port: number;
  readonly folder: string;
  readonly etcd: Etcd;
}

class BrokerNode implements MeasuredNode {
  readonly nodeId: number;
  readonly port: number;
  readonly #configFile: string;
  readonly #logFile: string;
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor({ nodeId, port, folder, etcd }: BrokerNodeOptions) {
    this.nodeId = nodeId;
    this.port = port;
    this.#configFile = join(folder, `node-${nodeId}.properties`);
    this.#logFile = join(folder, `node-${nodeId}.log`);
    writeProperties(this.#configFile, {
      'node.id': nodeId,
      'log.dirs': join(folder, `node-${nodeId}`),
      listeners: `PLAINTEXT://127.0.0.1:${port}`,
      'odradek.metadata.store': etcd.address,
    });
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async start(): Promise<void> {
    const log = openSync(this.#logFile, 'a');
    const args = [...nodeOptions, main, 'start', '--config', this.#configFile];
    const child = spawn(process.execPath, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child = child;
    this.#ended = new Promise((resolve) => child.once('exit', resolve));
    const knowsAll = async (): Promise<true | undefined> =>
      (await liveBrokers(this.port)) === brokers ? true : undefined;
    await untilUp(child, knowsAll, { pauseMs: 10, logFile: this.#logFile });
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#child === undefined) return;
    this.#child.kill(signal);
    await this.#ended;
  }
}

import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { freePorts } from '../peers/free-ports.ts';
import { accepts, untilUp } from './broker-process.ts';

/** An etcd of one member, on 127.0.0.1. */
export interface Etcd {
  /** As `odradek.metadata.store` takes it. */
  readonly address: string;
  readonly pid: number;
  end(): Promise<void>;
}

/** The etcd of `ETCD_BIN`, else the one on the PATH; undefined where there is none. */
export function findEtcd(): string | undefined {
  const candidate = process.env['ETCD_BIN'] ?? 'etcd';
  const { status } = spawnSync(candidate, ['--version'], { stdio: 'ignore', timeout: 20_000 });
  return status === 0 ? candidate : undefined;
}

/** Starts an etcd with its data in `folder`, and waits until it serves. */
export async function startEtcd(binary: string, folder: string): Promise<Etcd> {
  const [port = 0, peerPort = 0] = await freePorts(2);
  const client = `http://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const child = spawn(
    binary,
    [
      '--name=benchmark',
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=benchmark=${peer}`,
      // One alone elects itself: it need not wait long for others.
      '--heartbeat-interval=50',
      '--election-timeout=250',
      '--logger=zap',
      '--log-level=error',
    ],
    // Of the environment it would take flags.
    { stdio: 'ignore', env: { PATH: process.env['PATH'], ETCD_UNSUPPORTED_ARCH: process.arch } },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // It listens once it can serve.
  await untilUp(child, () => accepts(port), { pauseMs: 5 });
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return { address: `etcd://127.0.0.1:${port}/benchmark`, pid: child.pid ?? 0, end };
}

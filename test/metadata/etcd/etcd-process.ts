import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { findEtcd } from '../../../benchmarks/lib/etcd.ts';
import { freePorts } from '../../../benchmarks/peers/free-ports.ts';
import { reap } from '../../processes/reaper.ts';

/** Where the etcd for tests is: ETCD_BIN, or one on the PATH. Undefined where there is none. */
const etcdBinary: string | undefined = findEtcd();

/** Why tests that need a real etcd do not run; false where they do. For `test(..., { skip })`. */
export const etcdMissing: string | false =
  etcdBinary === undefined ? 'there is no etcd: set ETCD_BIN, or put one on the PATH' : false;

/** How an etcd is started. */
export interface EtcdProcessOptions {
  /** More of its flags. */
  readonly flags?: readonly string[];
  readonly scheme?: 'http' | 'https';
}

/** A member among others, by its name and the ports on which it talks to clients and to them. */
interface Member {
  readonly name: string;
  readonly port: number;
  readonly peerPort: number;
}

/** What a test that failed has left is not to keep its process alive. */
const made = new Set<EtcdProcess>();
after(async () => {
  for (const etcd of made) await etcd.remove();
});

/** One member of an etcd, in a temporary folder, on loopback. */
export class EtcdProcess {
  readonly port: number;
  readonly #directory: string;
  readonly #options: EtcdProcessOptions;
  readonly #member: Member;
  readonly #members: readonly Member[];
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(member: Member, members: readonly Member[], options: EtcdProcessOptions) {
    this.port = member.port;
    this.#member = member;
    this.#members = members;
    this.#options = options;
    this.#directory = mkdtempSync(join(tmpdir(), 'odradek-etcd-'));
    made.add(this);
  }

  /** An etcd of one member. */
  static async start(options: EtcdProcessOptions = {}): Promise<EtcdProcess> {
    const [etcd] = await EtcdProcess.startMembers(1, options);
    return etcd as EtcdProcess;
  }

  /** An etcd of several members. */
  static async startMembers(
    count: number,
    options: EtcdProcessOptions = {},
  ): Promise<EtcdProcess[]> {
    for (let tries = 1; ; tries++) {
      const ports = await freePorts(2 * count);
      const members = Array.from({ length: count }, (_, i) => ({
        name: `test-${i}`,
        port: ports[2 * i] ?? 0,
        peerPort: ports[2 * i + 1] ?? 0,
      }));
      const started = members.map((member) => new EtcdProcess(member, members, options));
      try {
        await Promise.all(started.map((etcd) => etcd.run()));
        return started;
      } catch (error) {
        for (const etcd of started) await etcd.remove();
        // Somebody else may have taken a port meanwhile.
        if (tries === 3) throw error;
      }
    }
  }

  get endpoint(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Starts it, with the data that it had, and waits until it serves. */
  async run(): Promise<void> {
    const { scheme = 'http', flags = [] } = this.#options;
    const client = `${scheme}://127.0.0.1:${this.port}`;
    const peerOf = ({ peerPort }: Member): string => `http://127.0.0.1:${peerPort}`;
    const peer = peerOf(this.#member);
    const cluster = this.#members.map((member) => `${member.name}=${peerOf(member)}`);
    // Of the environment it would take flags.
    const environment = { PATH: process.env['PATH'], ETCD_UNSUPPORTED_ARCH: process.arch };
    const child = spawn(
      etcdBinary ?? 'etcd',
      [
        `--name=${this.#member.name}`,
        `--data-dir=${join(this.#directory, 'data')}`,
        `--listen-client-urls=${client}`,
        `--advertise-client-urls=${client}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=${cluster.join(',')}`,
        // One alone elects itself at once; several have to hear each other in time, on a busy machine too.
        ...(this.#members.length === 1
          ? ['--heartbeat-interval=50', '--election-timeout=250']
          : ['--heartbeat-interval=100', '--election-timeout=1000']),
        '--logger=zap',
        '--log-level=warn',
        ...flags,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: environment },
    );
    reap(child);
    this.#child = child;
    const note = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-4000);
    };
    child.stdout?.on('data', note);
    child.stderr?.on('data', note);
    const ended = new Promise<never>((_, reject) => {
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`etcd has ended:\n${this.#output}`)));
    });
    ended.catch(() => {});
    await Promise.race([this.#accepts(), ended]);
  }

  /** It stands still, every thread of it, until `resume`. */
  async pause(): Promise<void> {
    this.#child?.kill('SIGSTOP');
    // The signal reaches one thread after the other.
    while (this.#states().some((state) => state !== 'T')) {
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Of its threads, as Linux has them; none on other systems. */
  #states(): (string | undefined)[] {
    const tasks = `/proc/${this.#child?.pid}/task`;
    if (!existsSync(tasks)) return [];
    return readdirSync(tasks).map((task) => {
      const stat = readFileSync(join(tasks, task, 'stat'), 'latin1');
      return /\) (\S)/.exec(stat)?.[1];
    });
  }

  /** As by a crash. Its data stays. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    child.kill('SIGKILL');
    await ended;
  }

  /** Keeps a copy of its data; it is not to run meanwhile. Answers what puts them back. */
  backUp(): () => void {
    const data = join(this.#directory, 'data');
    const copy = join(this.#directory, 'backup');
    cpSync(data, copy, { recursive: true });
    return () => {
      rmSync(data, { recursive: true });
      cpSync(copy, data, { recursive: true });
    };
  }

  /** As when its disk is lost; it is not to run meanwhile. */
  loseData(): void {
    rmSync(join(this.#directory, 'data'), { recursive: true });
  }

  async remove(): Promise<void> {
    await this.kill();
    made.delete(this);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Its listener is there once it can serve: etcd opens it behind its election. */
  async #accepts(): Promise<void> {
    for (;;) {
      const isOpen = await new Promise<boolean>((resolve) => {
        const socket = net.connect(this.port, '127.0.0.1');
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
        socket.once('connect', () => socket.destroy());
      });
      if (isOpen) return;
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
  }
}

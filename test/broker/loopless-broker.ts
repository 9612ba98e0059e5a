import { RunningBroker } from '../../src/broker/broker.ts';
import { loadBrokerConfig, type ConfigInput } from '../../src/config/load-broker-config.ts';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import type { Connection, ConnectionHandler, Network } from '../../src/runtime/runtime.ts';
import { must } from '../../src/util/assert.ts';
import type { Logger } from '../../src/util/logger.ts';

/** A client's end of a connection without a socket: what the broker writes is kept. */
export class FakeConnection implements Connection {
  readonly remoteHost = '127.0.0.1';
  readonly remotePort = 50_000;
  readonly localHost = '127.0.0.1';
  readonly localPort = 9092;
  readonly written: Uint8Array[] = [];
  /** What `write` answers: false is a client that does not read. */
  takesMore = true;
  isPaused = false;
  isClosed = false;
  #handler: ConnectionHandler | undefined;

  start(handler: ConnectionHandler): void {
    this.#handler = handler;
  }

  write(buffers: readonly Uint8Array[], onSent?: () => void): boolean {
    for (const buffer of buffers) this.written.push(new Uint8Array(buffer));
    onSent?.();
    return this.takesMore;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  end(): void {
    this.isClosed = true;
  }

  destroy(): void {
    this.isClosed = true;
  }

  /** Bytes come in from the client. */
  receive(bytes: Uint8Array): void {
    if (!this.isClosed) must(this.#handler).onData(bytes);
  }

  /** The client has read what was written. */
  drain(): void {
    this.takesMore = true;
    must(this.#handler).onDrain();
  }

  /** The client goes. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    must(this.#handler).onClose();
  }
}

/** A broker in memory whose connections are objects: thousands of requests a second, and none in flight. */
export interface LooplessBroker {
  readonly broker: RunningBroker;
  connect(): FakeConnection;
}

/** Starts one; `config` by Kafka's keys. */
export async function startLooplessBroker(
  config: Readonly<Record<string, ConfigInput>>,
  logger: Logger,
): Promise<LooplessBroker> {
  const runtime = createNodeRuntime({ unref: true });
  let accept: ((connection: Connection) => void) | undefined;
  const network: Network = {
    listen: (_options, onConnection) => {
      accept = onConnection;
      return Promise.resolve({ host: '127.0.0.1', port: 9092, close: () => Promise.resolve() });
    },
    connect: () => Promise.reject(new Error('nobody connects out')),
    hostName: () => 'test',
  };
  const { values } = loadBrokerConfig([
    { name: 'the test', unknownKeys: 'refuse', values: config },
  ]);
  const files = createMemoryFiles({ budgetBytes: 256 * 1024 * 1024, clock: runtime.clock });
  const broker = await RunningBroker.start(
    { values, directories: ['/data'], metadataDirectory: '/data', temporary: true },
    { runtime: { ...runtime, files, network }, logger },
  );
  return {
    broker,
    connect: () => {
      const connection = new FakeConnection();
      must(accept)(connection);
      return connection;
    },
  };
}

/** Lets everything run that is ready, `turns` event-loop turns long. */
export async function turns(count = 3): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

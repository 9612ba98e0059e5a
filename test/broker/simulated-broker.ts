import assert from 'node:assert/strict';
import { RunningBroker } from '../../src/broker/broker.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import { type ConfigInput, loadBrokerConfig } from '../../src/config/load-broker-config.ts';
import { FrameDecoder } from '../../src/protocol/frame.ts';
import type { ApiSchema, Encodable, Infer } from '../../src/protocol/schema.ts';
import type { Connection, Runtime } from '../../src/runtime/runtime.ts';
import { createSimulation, type Simulation } from '../../src/runtime/simulated/simulation.ts';
import { must } from '../../src/util/assert.ts';
import type { LogFields } from '../../src/util/logger.ts';
import { readResponse, requestFrame } from './raw-connection.ts';

export type TestConfig = Readonly<Record<string, ConfigInput | undefined>>;

export interface SimulatedBrokerOptions {
  readonly seed?: number | string;
  /** By Kafka's keys. The listener is `broker:9092` unless it says otherwise. */
  readonly config?: TestConfig;
  /** Default: `/data` alone. The metadata journal is in the first. */
  readonly directories?: readonly string[];
  /** Puts something between the broker and its runtime. */
  readonly around?: (runtime: Runtime) => Runtime;
}

/** One line of the broker's log. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields: LogFields;
}

/** A broker on the host `broker` of a simulation, in which time goes by only while something is waited for. */
export class SimulatedBroker {
  readonly simulation: Simulation;
  readonly log: LogLine[] = [];
  readonly #options: SimulatedBrokerOptions;
  #running: RunningBroker | undefined;
  #defect: { readonly error: unknown } | undefined;
  #clients = 0;

  private constructor(options: SimulatedBrokerOptions) {
    this.#options = options;
    this.simulation = createSimulation({ seed: options.seed ?? 1 });
  }

  static async start(options: SimulatedBrokerOptions = {}): Promise<SimulatedBroker> {
    const broker = new SimulatedBroker(options);
    await broker.#start(broker.simulation.runtime('broker'));
    return broker;
  }

  get running(): RunningBroker {
    return must(this.#running, 'the broker has been started');
  }

  async #start(runtime: Runtime): Promise<void> {
    const running = await this.complete(this.startOn(runtime));
    this.#running = running;
    running.closed.catch((error: unknown) => {
      this.#defect = { error };
    });
  }

  /** Starts a broker with the same options on `runtime`; what it answers settles as time goes by. */
  startOn(runtime: Runtime): Promise<RunningBroker> {
    const { config = {}, directories = ['/data'], around } = this.#options;
    return RunningBroker.start(
      {
        values: brokerValues(config),
        directories,
        metadataDirectory: must(directories[0]),
        temporary: false,
      },
      { runtime: around === undefined ? runtime : around(runtime), logger: this.#logger() },
    );
  }

  #logger(): { [level in LogLine['level']]: (event: string, fields?: LogFields) => void } {
    const at =
      (level: LogLine['level']) =>
      (event: string, fields: LogFields = {}): void => {
        this.log.push({ level, event, fields });
      };
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }

  /** Why the broker closed connections, in order. */
  get closedReasons(): string[] {
    return this.log
      .filter(({ event }) => event === 'closed a connection')
      .map(({ fields }) => String(fields['reason']));
  }

  /** Stops the broker in order and starts it again, on what it has written. */
  async restart(): Promise<void> {
    await this.complete(this.running.stop());
    this.simulation.crash('broker');
    await this.#start(this.simulation.restart('broker'));
  }

  /** Its process ends, as by SIGKILL, or its machine loses power; and it starts again on what is left. */
  async restartAfter(end: 'crash' | 'powerLoss'): Promise<void> {
    this.simulation[end]('broker');
    await this.#start(this.simulation.restart('broker'));
  }

  /** Lets events happen until `promise` has settled. Rejects with the defect when one stops the broker. */
  async complete<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    await this.simulation.run(() => isSettled || this.#defect !== undefined);
    if (!isSettled) throw this.#defect?.error;
    return promise;
  }

  /** A client of ours on a host of its own. */
  client(): Client {
    const runtime = this.simulation.runtime(`client${++this.#clients}`);
    return createClient({ bootstrapServers: 'broker:9092', clientId: 'test' }, runtime);
  }

  /** A topic of one partition unless told otherwise, made without a connection. */
  async createTopic(
    name: string,
    options: { partitions?: number; configs?: Readonly<Record<string, string>> } = {},
  ): Promise<void> {
    const configs = Object.entries(options.configs ?? {});
    const [result] = await this.complete(
      this.running.createTopics([
        {
          name,
          numPartitions: options.partitions ?? 1,
          replicationFactor: -1,
          assignments: [],
          configs: configs.map(([key, value]) => ({ name: key, value })),
        },
      ]),
    );
    assert.ok(result !== undefined && !('error' in result), JSON.stringify(result));
  }

  /** A connection from `host` on which a test writes what it likes. */
  async connect(host = 'client'): Promise<SimulatedPeer> {
    const { network } = this.simulation.runtime(host);
    const connection = await this.complete(network.connect('broker', 9092));
    return new SimulatedPeer(connection, this.simulation);
  }
}

/** The values that a broker of a test is started with. */
export function brokerValues(config: TestConfig): ReadonlyMap<string, string> {
  const defaults = {
    listeners: 'PLAINTEXT://:9092',
    'advertised.listeners': 'PLAINTEXT://broker:9092',
  };
  const values = { ...defaults, ...config };
  return loadBrokerConfig([{ name: 'the test', unknownKeys: 'refuse', values }]).values;
}

/** A response as it came: when, and its bytes without their size. */
export interface ReceivedFrame {
  readonly atMs: number;
  readonly correlationId: number;
  readonly frame: Buffer;
}

/** A client's end of a simulated connection. */
export class SimulatedPeer {
  readonly frames: ReceivedFrame[] = [];
  /** When the broker was found to have closed the connection. */
  closedAtMs: number | undefined;
  readonly #connection: Connection;
  readonly #simulation: Simulation;
  readonly #decoder = new FrameDecoder({ frameBytesMax: 256 * 1024 * 1024 });
  #correlationId = 1000;

  constructor(connection: Connection, simulation: Simulation) {
    this.#connection = connection;
    this.#simulation = simulation;
    connection.start({
      onData: (chunk) => this.#onData(chunk),
      onDrain: () => {},
      onClose: () => {
        this.closedAtMs ??= simulation.elapsedMs;
      },
    });
  }

  #onData(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
    for (;;) {
      const step = this.#decoder.next();
      if (step.kind === 'need-more') return;
      assert.notEqual(step.kind, 'error');
      if (step.kind === 'size') this.#decoder.accept();
      if (step.kind !== 'frame') continue;
      const frame = Buffer.concat(step.chunks);
      this.frames.push({
        atMs: this.#simulation.elapsedMs,
        correlationId: frame.readInt32BE(),
        frame,
      });
    }
  }

  write(...pieces: readonly Uint8Array[]): void {
    this.#connection.write(pieces.map((piece) => new Uint8Array(piece)));
  }

  /** Stops reading: what the broker sends stays with it. */
  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  close(): void {
    this.#connection.destroy();
  }

  get correlationIds(): number[] {
    return this.frames.map(({ correlationId }) => correlationId);
  }

  /** Lets events happen until there are `count` responses altogether. */
  async receive(count: number): Promise<void> {
    await this.#simulation.run(() => this.frames.length >= count);
  }

  /** Lets events happen until the broker has closed the connection; answers when it did. */
  async closed(): Promise<number> {
    await this.#simulation.run(() => this.closedAtMs !== undefined);
    return must(this.closedAtMs);
  }

  /** One request and its answer. */
  async call<Request extends ApiSchema, Response extends ApiSchema>(
    request: Request,
    response: Response,
    version: number,
    value: Encodable<Request>,
  ): Promise<Infer<Response>> {
    const correlationId = ++this.#correlationId;
    this.write(requestFrame(request, version, correlationId, value));
    await this.receive(this.frames.length + 1);
    const received = must(this.frames.at(-1));
    assert.equal(received.correlationId, correlationId);
    return readResponse(response, version, received.frame);
  }
}
